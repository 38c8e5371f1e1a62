import { setTimeout as delay } from 'node:timers/promises';
import { createJobs, defineJobType } from '@greenvue/jobs';
import { sqlite } from '@greenvue/jobs/sqlite';
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findings } from '../../../packages/console/test/axe.ts';
import { databaseEnv } from '../src/testing/test-app.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import { startViewerHost } from './console/viewer-host.ts';
import { button, heading, isTooWide, SLOW_MS, signIn, startBrowser } from './console/visit.ts';
import type { Operator } from './operator.ts';

const DAY_MS = 86_400_000;

const report = defineJobType({
  type: 'report',
  payload: z.strictObject({}),
  run: async ({ run }) => ({ day: run.scheduledFor?.toISOString().slice(0, 10) ?? null }),
});
const endless = defineJobType({
  type: 'endless',
  payload: z.strictObject({}),
  run: ({ signal }) => delay(600_000, undefined, { signal }),
});

const open = startBrowser();
const openAnywhere = startBrowser('');

/** Midnight in UTC, some days from today. */
function midnight(days: number): string {
  return new Date((Math.floor(Date.now() / DAY_MS) + days) * DAY_MS).toISOString();
}

function createDaily(admin: Operator, id: string, type: string) {
  return done(admin, 'POST', '/api/jobs', {
    id,
    name: `The ${id}`,
    type,
    cron: '0 3 * * *',
    timezone: 'UTC',
  });
}

/** Asks what is missing between two midnights. */
async function check(dialog: Locator, from: string, to: string): Promise<void> {
  for (const [label, at] of [
    ['From', from],
    ['Before', to],
  ] as const) {
    await dialog.getByLabel(`${label}: time zone`).selectOption('utc');
    await dialog.getByLabel(label).first().fill(at.slice(0, 16));
  }
  await dialog.getByRole('button', { name: 'Check' }).click();
}

async function openDialog(page: Page): Promise<Locator> {
  await button(page, 'Find missing slots').click();
  const dialog = page.getByRole('dialog', { name: 'Is anything missing?' });
  await dialog.waitFor();
  return dialog;
}

// Promise P37, backfill.
test.each(['sqlite', 'postgres'] as const)(
  'an operator finds the slots that are missing, runs them, watches them, and sees that nothing is missing (%s)',
  async (dialect) => {
    const jobTypes = [report, endless];
    const { url, admin } = await startConsoleServer({ jobTypes }, await databaseEnv(dialect));
    await createDaily(admin, 'reports', 'report');
    const { page, faults, goTo } = await open(url);
    await goTo('/jobs/reports');
    await signIn(page);
    await heading(page, 'The reports');

    const dialog = await openDialog(page);
    // The job is new.
    await dialog.getByText('The schedule has no slot from').waitFor();
    await check(dialog, midnight(-7), midnight(0));
    await dialog.getByText('7 slots are missing from').waitFor();
    expect(await dialog.getByRole('list', { name: 'First slots' }).getByRole('listitem').count()).toBe(5);
    await dialog.getByText('and 2 more').waitFor();
    expect(await findings(page)).toEqual([]);
    await check(dialog, midnight(0), midnight(-1));
    await dialog.getByText('must be earlier than to').waitFor();
    await check(dialog, midnight(-7), midnight(0));
    await dialog.getByRole('button', { name: 'Run 7 slots' }).click();
    const started = page.getByRole('dialog', { name: /^Backfill (started|finished)$/ });
    await started.getByText('7 of 7 slots done: 7 succeeded.').waitFor();
    await page.getByRole('dialog', { name: 'Backfill finished' }).waitFor();
    expect(await started.getByText('It continues when you close').count()).toBe(0);
    expect(await findings(page)).toEqual([]);
    await started.getByRole('link', { name: 'Watch its runs' }).click();
    await page.waitForURL(/\/runs\?backfill_id=\d+$/);
    const rows = page.getByRole('table', { name: 'Runs of all jobs' }).locator('tbody tr[data-index]');
    await expect.poll(() => rows.count()).toBe(7);
    await rows
      .first()
      .getByRole('link', { name: /^Open run/ })
      .click();
    await heading(page, /^Run \d+$/);
    await page.getByRole('link', { name: 'all its runs' }).waitFor();

    await goTo('/jobs/reports');
    const backfills = page.getByRole('region', { name: 'Backfills' });
    await backfills.getByText('Finished').waitFor();
    // Runs of a backfill are known by their slots.
    await page.getByRole('columnheader', { name: 'Slot' }).waitFor();
    expect(await findings(page)).toEqual([]);
    const again = await openDialog(page);
    await check(again, midnight(-7), midnight(0));
    await again.getByText('Nothing is missing from').waitFor();
    await again.getByText('All 7 slots succeeded.').waitFor();
    await again.getByLabel('Also run slots again that succeeded').click();
    await check(again, midnight(-2), midnight(0));
    await again.getByRole('button', { name: 'Run 2 slots' }).waitFor();
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test(
  'the history of a job says which slots passed during a pause, and that none is missing once they have run',
  async () => {
    const { url, admin } = await startConsoleServer({ jobTypes: [report] });
    await done(admin, 'POST', '/api/jobs', {
      id: 'often',
      name: 'The often',
      type: 'report',
      interval: '1s',
    });
    await done(admin, 'POST', '/api/jobs/often/pause');
    const pausedAt = Date.now();
    await done(admin, 'PATCH', '/api/jobs/often', { description: 'The fix of the cause' });
    await expect.poll(() => Date.now() - pausedAt, { timeout: 20_000 }).toBeGreaterThan(2_500);
    await done(admin, 'POST', '/api/jobs/often/resume');
    const { page, faults, goTo } = await open(url);
    await goTo('/jobs/often');
    await signIn(page);
    const history = page.getByRole('region', { name: 'History' });
    const line = history.getByText(/^Paused from .+ to .+: \d+ slots passed/);
    await line.filter({ hasText: / slots passed\.$/ }).waitFor();
    await history.getByRole('button', { name: 'Find missing slots' }).click();
    const dialog = page.getByRole('dialog', { name: 'Is anything missing?' });
    await dialog.getByRole('button', { name: /^Run \d+ slots?$/ }).click();
    const over = page.getByRole('dialog', { name: 'Backfill finished' });
    await over.waitFor();
    await over.getByRole('button', { name: 'Close', exact: true }).last().click();
    await line.filter({ hasText: /, none is missing now\.$/ }).waitFor();
    expect(await history.getByRole('button', { name: 'Find missing slots' }).count()).toBe(0);
    expect(await findings(page)).toEqual([]);
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test(
  'a backfill can be cancelled, waits for a paused job, and a viewer only sees it',
  async () => {
    const jobs = createJobs({ store: sqlite(':memory:'), types: [endless] });
    const url = await startViewerHost(jobs);
    await jobs.schedule(endless, { id: 'endless', name: 'The endless', cron: '0 3 * * *', timezone: 'UTC' });
    await jobs.backfillJob('endless', { from: midnight(-3), to: midnight(0) });

    const viewer = await openAnywhere(url);
    await viewer.goTo('/view/jobs/jobs/endless');
    const seen = viewer.page.getByRole('region', { name: 'Backfills' });
    await seen.getByText('0 of 3 slots done. 1 running.').waitFor();
    expect(await button(viewer.page, 'Find missing slots').count()).toBe(0);
    expect(await seen.getByRole('button').count()).toBe(0);

    const { page, faults, goTo } = await openAnywhere(url, { viewport: { width: 390, height: 844 } });
    await goTo('/admin/jobs/jobs/endless');
    await heading(page, 'The endless');
    await page.keyboard.press('b');
    await page.getByRole('dialog', { name: 'Is anything missing?' }).waitFor();
    await check(page.getByRole('dialog'), midnight(-4), midnight(0));
    await page.getByText('1 slot is missing from').waitFor();
    await page.getByText('Of the other slots, 1 has a live run, 2 wait in another backfill.').waitFor();
    expect(await isTooWide(page)).toBe(false);
    await page.keyboard.press('Escape');
    const backfills = page.getByRole('region', { name: 'Backfills' });
    await backfills.getByRole('button', { name: 'Cancel this backfill' }).click();
    await page.getByLabel('Also stop the runs that are running').click();
    expect(await findings(page)).toEqual([]);
    await button(page, 'Cancel the backfill').click();
    await backfills.getByText('3 of 3 slots done: 1 cancelled, 2 dropped.').waitFor();
    // The viewer's page is live.
    await seen.getByText('3 of 3 slots done: 1 cancelled, 2 dropped.').waitFor();

    await jobs.pauseJob('endless');
    await button(page, 'Resume').waitFor();
    await button(page, 'Find missing slots').click();
    await page.getByText('no run of a backfill would start').waitFor();
    await button(page, 'Resume the job').click();
    await check(page.getByRole('dialog'), midnight(-2), midnight(0));
    await button(page, 'Run 2 slots').waitFor();
    expect([...faults, ...viewer.faults]).toEqual([]);
  },
  SLOW_MS,
);
