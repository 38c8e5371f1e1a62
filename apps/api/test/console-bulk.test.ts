import { createJobs, defineJobType } from '@greenvue/jobs';
import { sqlite } from '@greenvue/jobs/sqlite';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { databaseEnv } from '../src/testing/test-app.ts';
import { listOf } from '../src/testing/test-bodies.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import { looksWell } from './console/looks-well.ts';
import { startViewerHost } from './console/viewer-host.ts';
import { button, SLOW_MS, signIn, startBrowser } from './console/visit.ts';
import { until } from './shell.ts';

const open = startBrowser();
const openAnywhere = startBrowser('');

let works = false;
const billing = defineJobType({
  type: 'billing',
  payload: z.strictObject({}),
  maxAttempts: 1,
  run: async () => {
    if (!works) throw new TypeError('The bank is closed');
  },
});

const rows = (page: Page) =>
  page.getByRole('table', { name: 'Runs of all jobs' }).locator('tbody tr[data-index]');

// Promise P36, tags and bulk.
test.each(['sqlite', 'postgres'] as const)(
  'failed runs are retried by the filter, with their number first: on %s',
  async (dialect) => {
    works = false;
    const { url, admin } = await startConsoleServer({ jobTypes: [billing] }, await databaseEnv(dialect));
    for (const id of ['eu', 'us'])
      await done(admin, 'POST', '/api/jobs', {
        id,
        name: id,
        type: 'billing',
        on_demand: true,
        overlap: 'allow',
      });
    for (const id of ['eu', 'us', 'eu']) await done(admin, 'POST', `/api/jobs/${id}/runs`, {});
    const failedRuns = async () => listOf(await done(admin, 'GET', '/api/runs?status=failed'), 'data').length;
    await until('the runs have failed', async () => (await failedRuns()) === 3);
    const { page, faults, goTo } = await open(url);
    await goTo('/runs?job_id=eu');
    await signIn(page);
    await expect.poll(() => rows(page).count()).toBe(2);

    // By keyboard. The number comes first, and nothing happens without a confirmation.
    works = true;
    await button(page, 'Retry failed…').focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Retry 2 failed runs?' });
    await dialog.getByText('Of the job eu').waitFor();
    await looksWell(page);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await failedRuns()).toBe(3);
    await button(page, 'Retry failed…').click();
    await dialog.getByRole('button', { name: 'Retry 2' }).click();
    await page.getByRole('region', { name: 'Result' }).getByText('2 runs retried.').waitFor();
    await expect.poll(() => rows(page).count()).toBe(4);
    await looksWell(page);
    const succeeded = listOf(await done(admin, 'GET', '/api/runs?job_id=eu&status=succeeded'), 'data');
    expect(succeeded).toHaveLength(2);
    // Another job was not in the filter.
    expect(listOf(await done(admin, 'GET', '/api/runs?job_id=us'), 'data')).toHaveLength(1);

    // Nothing that waits or runs is left to cancel.
    await button(page, 'Cancel all…').click();
    const cancel = page.getByRole('dialog', { name: 'Cancel 0 queued or running runs?' });
    await cancel.getByText('No run matches the filters any more.').waitFor();
    expect(await cancel.getByRole('button', { name: 'Cancel 0' }).isDisabled()).toBe(true);
    await cancel.getByRole('button', { name: 'Back' }).click();
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test(
  'all jobs that match the filters are selected with their number, paused and resumed by one command',
  async () => {
    const { url, admin } = await startConsoleServer();
    const make = (id: string, tags: readonly string[]) =>
      done(admin, 'POST', '/api/jobs', { id, name: id, type: 'update_search_index', interval: '1h', tags });
    for (let n = 100; n < 170; n += 1) await make(`billing-${n}`, ['billing']);
    await make('other', []);
    const paused = async () =>
      listOf(await done(admin, 'GET', '/api/jobs?status=paused&limit=200'), 'data').length;
    const { page, faults, goTo } = await open(url);
    await goTo('/jobs?tag=billing');
    await signIn(page);
    const all = page.getByRole('checkbox', { name: /^Select all \d+ loaded jobs$/ });
    await page.getByRole('row', { name: 'billing-100' }).waitFor();
    await all.click();
    await button(page, 'Select all 70 that match').click();
    const isAll = page.getByText('All 70 jobs that match are selected');
    await isAll.waitFor();
    await looksWell(page);

    // The rest of the list loads: its jobs are selected, too.
    await page.getByText('50 jobs loaded; scroll for more').waitFor();
    await page.getByRole('row', { name: 'billing-100' }).hover();
    await page.mouse.wheel(0, 100_000);
    await page.getByText('70 jobs', { exact: true }).waitFor();
    await page.mouse.wheel(0, 100_000);
    expect(await page.getByRole('checkbox', { name: 'Select billing-169' }).isChecked()).toBe(true);
    expect(await isAll.count()).toBe(1);

    // Meanwhile another job matches: the question counts it, once the server has answered.
    await make('billing-170', ['billing']);
    const answers: (() => void)[] = [];
    await page.route(/\/api\/jobs\/bulk$/, async (route) => {
      if (route.request().postDataJSON().dry_run === true)
        await new Promise<void>((resolve) => answers.push(resolve));
      await route.continue();
    });
    await button(page, 'Pause…').click();
    const counting = page.getByRole('dialog', { name: 'Pause the selected jobs' });
    await counting.getByText('Counting the jobs…').waitFor();
    expect(await counting.getByRole('button', { name: 'Pause' }).isDisabled()).toBe(true);
    await until('the question is counted', async () => answers.length > 0);
    await page.unroute(/\/api\/jobs\/bulk$/);
    for (const answer of answers) answer();
    const dialog = page.getByRole('dialog', { name: 'Pause 71 jobs' });
    await dialog.getByText('and 66 more').waitFor();
    await page.keyboard.type('Upgrade');
    await page.keyboard.press('Enter');
    const result = page.getByRole('region', { name: 'Result' });
    await result.getByText('71 jobs paused.').waitFor();
    expect(await paused()).toBe(71);
    expect(await page.getByText(/ selected/).count()).toBe(0);
    await button(page, 'Close the result').click();
    await result.waitFor({ state: 'hidden' });

    // A click on one row ends the selection of all.
    await page.reload();
    await page.getByRole('row', { name: 'billing-100' }).waitFor();
    await all.click();
    await button(page, 'Select all 71 that match').click();
    await page.getByRole('checkbox', { name: 'Select billing-100' }).click();
    await page.getByText(/^\d+ jobs selected/).waitFor();
    await page.getByRole('checkbox', { name: 'Select billing-100' }).click();
    await button(page, 'Select all 71 that match').click();

    // While its progress can't be read, the page says what it knows, and does not wait for ever.
    await page.route(/\/api\/bulk-commands\/\d+$/, (route) =>
      route.fulfill({ status: 404, json: { title: 'Not Found', status: 404, detail: 'No.' } }),
    );
    // Meanwhile another job matches: the question counts it, too.
    await make('billing-171', ['billing']);
    await button(page, 'Resume…').click();
    await page
      .getByRole('dialog', { name: 'Resume 72 jobs?' })
      .getByRole('button', { name: 'Resume 72 jobs' })
      .click();
    const unknown = page.getByRole('region', { name: 'Progress' });
    await unknown.getByText('The command has started. Its progress could not be read: Not found.').waitFor();
    expect(await button(page, 'Resume…').isEnabled()).toBe(true);
    await looksWell(page);
    await page.unroute(/\/api\/bulk-commands\/\d+$/);
    await button(page, 'Try again').click();
    await result.getByText('72 jobs resumed.').waitFor();
    expect(await paused()).toBe(0);
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test(
  'a viewer has no button that changes many runs or jobs, and the server refuses',
  async () => {
    const jobs = createJobs({ store: sqlite(':memory:'), types: [billing] });
    const url = await startViewerHost(jobs);
    await jobs.createJob({ id: 'eu', name: 'eu', type: 'billing', onDemand: true });
    await jobs.trigger('eu');
    const visit = async (path: string) => {
      const { page, goTo } = await openAnywhere(url);
      await goTo(`${path}/runs`);
      await expect.poll(() => rows(page).count()).toBe(1);
      return page;
    };
    const viewer = await visit('/view/jobs');
    for (const name of ['Retry failed…', 'Cancel all…'])
      expect(await viewer.getByRole('button', { name }).count()).toBe(0);
    await viewer.goto(`${url}/view/jobs/jobs`);
    await viewer.getByRole('row', { name: 'eu' }).waitFor();
    expect(await viewer.getByRole('checkbox').count()).toBe(0);
    const body = JSON.stringify({ action: 'retry', all: true });
    const headers = { 'content-type': 'application/json' };
    const refused = await fetch(`${url}/view/api/runs/bulk`, { method: 'POST', headers, body });
    expect(refused.status).toBe(403);
    const admin = await visit('/admin/jobs');
    await button(admin, 'Retry failed…').waitFor();

    // A command that is running is seen by everybody, also after a reload, and cancelled by those who may.
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const { id } = await jobs.bulkRuns(
      { action: 'retry', all: true },
      {
        by: 'user:admin',
        engine: { ...jobs, retryRun: (...args) => held.then(() => jobs.retryRun(...args)) },
      },
    );
    const lineOf = (page: Page) => page.getByRole('region', { name: `Progress of command ${id}` });
    await lineOf(viewer).getByText('Retrying 0 of 1 run, by user:admin').waitFor();
    expect(await lineOf(viewer).getByRole('button').count()).toBe(0);
    await lineOf(admin).getByText('Retrying 0 of 1 run, by you').waitFor();
    await admin.goto(`${url}/admin/jobs/jobs`);
    await lineOf(admin).getByText('Retrying 0 of 1 run, by you').waitFor();
    await looksWell(admin);
    await lineOf(admin).getByRole('button', { name: 'Cancel' }).click();
    await lineOf(viewer).getByText('Cancel requested. Retrying 0 of 1 run').waitFor();
    goOn();
    for (const page of [viewer, admin]) await lineOf(page).waitFor({ state: 'hidden' });
  },
  SLOW_MS,
);
