import { readFile } from 'node:fs/promises';
import { defineJobType } from '@greenvue/jobs';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { databaseEnv } from '../src/testing/test-app.ts';
import type { Dialect } from '../src/testing/test-database.ts';
import { type ConsoleServer, done, startConsoleServer } from './console/console-server.ts';
import { looksWell } from './console/looks-well.ts';
import { button, heading, SLOW_MS, signIn, startBrowser, type Visit } from './console/visit.ts';

const open = startBrowser();

let orders = 16;
const billing = defineJobType({
  type: 'billing',
  payload: z.strictObject({ works: z.boolean().default(false) }),
  maxAttempts: 1,
  run: async ({ payload: { works } }) => {
    orders += 1;
    if (!works) throw new TypeError(`Order ${orders} was not found`);
  },
});

const NAMES = { 'bills-eu': 'Bills EU', 'bills-us': 'Bills US', 'bills-old': 'Old bills' } as const;

/** A server on which two jobs fail for one cause, three times in all, and a third one succeeds once. */
async function openAfterFailures(
  path: string,
  dialect: Dialect = 'sqlite',
): Promise<Visit & Pick<ConsoleServer, 'admin'>> {
  const { url, admin } = await startConsoleServer({ jobTypes: [billing] }, await databaseEnv(dialect));
  for (const id of ['bills-eu', 'bills-us', 'bills-old'] as const)
    await done(admin, 'POST', '/api/jobs', { id, name: NAMES[id], type: 'billing', on_demand: true });
  for (const id of ['bills-eu', 'bills-us', 'bills-eu'])
    await done(admin, 'POST', `/api/jobs/${id}/runs`, {});
  await done(admin, 'POST', '/api/jobs/bills-old/runs', { payload: { works: true } });
  const visit = await open(url);
  await visit.goTo(path);
  await signIn(visit.page);
  return { ...visit, admin };
}

const rows = (page: Page) =>
  page.getByRole('table', { name: 'Runs of all jobs' }).locator('tbody tr[data-index]');

async function showsRuns(page: Page, count: number): Promise<void> {
  await expect.poll(() => rows(page).count()).toBe(count);
}

test.each<Dialect>(['sqlite', 'postgres'])(
  'failures of two jobs with one cause are one group, which leads to its runs, a filter in the URL and an export: on %s',
  async (dialect) => {
    const { page, faults, goTo, admin } = await openAfterFailures('/failures', dialect);
    await heading(page, 'Failures');
    await page.getByText('3 failed runs in the last 24 hours, 1 cause').waitFor();
    const groups = page.getByRole('list', { name: 'Causes of failures' }).locator('> li');
    expect(await groups.count()).toBe(1);
    await groups.getByText('Bills EU (2), Bills US (1)').waitFor();
    await looksWell(page, [820, 1280]);
    await button(page, '1 h').click();
    await page.getByText('3 failed runs in the last hour, 1 cause').waitFor();
    await groups.getByRole('link', { name: /^TypeError: Order \d+ was not found$/ }).click();
    await heading(page, /^Run \d+$/);
    await page.goBack();

    await page.getByRole('link', { name: /^Show all its runs/ }).click();
    await page.waitForURL(/\/runs\?fingerprint=[0-9a-f]{16}&time=ended&range=1h$/);
    await heading(page, 'Runs');
    await showsRuns(page, 3);
    // The list is live.
    await done(admin, 'POST', '/api/jobs/bills-us/runs', {});
    await showsRuns(page, 4);
    await page.getByLabel('Job id').fill('bills-eu');
    await page.getByLabel('Job id').press('Enter');
    await page.waitForURL((url) => url.searchParams.get('job_id') === 'bills-eu');
    await showsRuns(page, 2);
    await page.reload();
    await showsRuns(page, 2);
    expect(await page.getByLabel('Job id').inputValue()).toBe('bills-eu');
    await looksWell(page, [820, 1280]);

    const [file] = await Promise.all([page.waitForEvent('download'), button(page, 'Export CSV').click()]);
    expect(file.suggestedFilename()).toBe('runs.csv');
    const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n');
    expect(lines[0]).toMatch(/^id,job_id,/);
    expect(lines.slice(1).map((line) => line.split(',')[1])).toEqual(['bills-eu', 'bills-eu']);
    const [json] = await Promise.all([page.waitForEvent('download'), button(page, 'Export NDJSON').click()]);
    expect((await readFile(await json.path(), 'utf8')).trim().split('\n')).toHaveLength(2);

    await page.goBack();
    await showsRuns(page, 4);
    expect(await page.getByLabel('Job id').inputValue()).toBe('');
    await button(page, 'Clear filters').click();
    await showsRuns(page, 5);
    await button(page, 'Succeeded').click();
    await showsRuns(page, 1);
    await button(page, 'Failed').click();
    await page.waitForURL((url) => url.searchParams.getAll('status').join() === 'succeeded,failed');
    await showsRuns(page, 5);
    // A job is known by its name; the id is the title.
    await rows(page).getByRole('link', { name: 'Old bills' }).click();
    await heading(page, 'Old bills');

    await goTo('/');
    await heading(page, 'Overview');
    await page.getByRole('link', { name: 'Causes of failures' }).waitFor();
    await page.getByRole('link', { name: /^\d+ failed$/ }).click();
    await page.waitForURL(/\/runs\?status=failed&range=24h$/);
    await showsRuns(page, 4);
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test(
  'a search that found little says so and continues, and a filter that the server refuses is explained',
  async () => {
    const { page, faults, goTo } = await openAfterFailures('/runs?error=order');
    await heading(page, 'Runs');
    await showsRuns(page, 3);
    // As after a long search: the first answer is a part, and finds nothing.
    await page.route(/\/api\/runs\?(?!.*cursor=)/, async (route) => {
      const url = new URL(route.request().url());
      url.searchParams.set('limit', '1');
      const answer = await route.fetch({ url: url.href });
      const body = z.looseObject({ data: z.array(z.unknown()) }).parse(await answer.json());
      await route.fulfill({ json: { ...body, data: [], is_partial: true } });
    });
    await page.reload();
    await page.getByText('Only the newest runs are searched so far.').waitFor();
    await looksWell(page, [820, 1280]);
    await button(page, 'Continue the search').click();
    await showsRuns(page, 2);
    await page.getByText('No older runs.').waitFor();

    await page.unrouteAll();
    await goTo('/runs');
    await page.getByText('More filters', { exact: true }).click();
    await page.getByLabel('Payload field = value').fill('works = true');
    await page.getByLabel('Payload field = value').press('Enter');
    await page.waitForURL((at) => at.searchParams.get('payload') === 'works:true');
    await showsRuns(page, 1);
    await rows(page).getByRole('link', { name: 'Old bills' }).waitFor();
    await goTo('/runs?error=no+such+words');
    await page.getByText('No runs found').waitFor();
    await goTo('/runs?fingerprint=none');
    await page.getByText(/must be the fingerprint of a failed run/).waitFor();
    await page.getByText('More filters (1)').waitFor();
    expect(await page.getByLabel('Fingerprint').inputValue()).toBe('none');
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
