import { defineJobType } from '@greenvue/jobs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findings } from '../../../packages/console/test/axe.ts';
import { databaseEnv } from '../src/testing/test-app.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import { heading, isTooWide, SLOW_MS, signIn, startBrowser } from './console/visit.ts';

const open = startBrowser();

const report = defineJobType({
  type: 'sales_report',
  description: 'Sends the sales of a day.',
  payload: z.strictObject({
    day: z.iso.date().optional().describe('The day; by default yesterday.'),
    rows: z.int().min(1).max(500).default(100),
  }),
  operatorsMaySet: ['rows'],
  pauseAfter: { failures: 3, ofLast: 5 },
  timeout: '2m',
  maxAttempts: 1,
  run: async ({ payload }) => {
    if (payload.rows === 13) throw new Error('13 rows is not a report');
    return { rows: payload.rows };
  },
});

/** More types than fit on a screen. */
const others = Array.from({ length: 40 }, (_, n) =>
  defineJobType({ type: `type_${n + 10}`, payload: z.strictObject({}), run: async () => undefined }),
);

test.each(['sqlite', 'postgres'] as const)(
  'a developer reads what a job type needs, how its runs went, and makes a job of it (%s)',
  async (dialect) => {
    const { url, admin } = await startConsoleServer(
      { jobTypes: [report, ...others] },
      await databaseEnv(dialect),
    );
    const job = { name: 'Sales', type: 'sales_report', on_demand: true, overlap: 'allow' };
    await done(admin, 'POST', '/api/jobs', { id: 'sales', ...job });
    for (const rows of [1, 2, 13]) await done(admin, 'POST', '/api/jobs/sales/runs', { payload: { rows } });

    const { page, faults, goTo } = await open(url);
    await goTo('/');
    await signIn(page);
    await heading(page, 'Overview');
    await page.getByRole('button', { name: 'Manage' }).click();
    const asked: string[] = [];
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname.endsWith('/job-stats/history')) asked.push(searchParams.get('type') ?? '');
    });
    await page.getByRole('menuitem', { name: 'Job types' }).click();
    await heading(page, 'Job types');
    const row = page.getByRole('row', { name: /^sales_report/ });
    await row.getByText('Sends the sales of a day.').waitFor();
    await row.getByText('66.6 % of 3 runs').waitFor();
    // Only the types in sight are asked for.
    expect(asked).not.toContain('type_49');
    const last = page.getByRole('row', { name: /^type_49/ });
    await last.scrollIntoViewIfNeeded();
    await last.getByText('no runs').waitFor();
    await row.scrollIntoViewIfNeeded();
    expect(await findings(page)).toEqual([]);

    await row.getByRole('link', { name: 'sales_report' }).press('Enter');
    await heading(page, 'sales_report');
    const fields = page.getByRole('region', { name: 'Payload' });
    await fields.getByRole('row', { name: /^day date none The day; by default yesterday\.$/ }).waitFor();
    await fields.getByRole('row', { name: /^rows whole number, at least 1, at most 500 100/ }).waitFor();
    await fields.getByText('Operators may change these fields for one run: rows.').waitFor();
    const defaults = page.getByRole('region', { name: 'Defaults of its jobs' });
    await defaults.getByText('3 of the last 5 runs').waitFor();
    await defaults.getByText('2m', { exact: true }).waitFor();
    await page.getByText('2 succeeded, 1 failed').waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await findings(page)).toEqual([]);
    }
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await isTooWide(page)).toBe(false);
    await page.setViewportSize({ width: 1280, height: 900 });

    await page.getByRole('link', { name: 'Its runs' }).click();
    await heading(page, 'Runs');
    await expect.poll(() => page.getByRole('table').getByRole('row').count()).toBe(4);
    await page.goBack();
    await page.getByRole('link', { name: 'New job of this type' }).click();
    await heading(page, 'New job');
    await page.getByText('Sends the sales of a day.').first().waitFor();

    await goTo('/jobs/sales');
    await page.getByRole('main').getByRole('link', { name: 'sales_report' }).click();
    await heading(page, 'sales_report');
    await goTo('/job-types/unknown');
    await page.getByText('This server does not have this job type.').waitFor();
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
