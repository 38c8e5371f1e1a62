import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findings } from '../../../packages/console/test/axe.ts';
import { databaseEnv } from '../src/testing/test-app.ts';
import type { Dialect } from '../src/testing/test-database.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import { button, heading, isTooWide, runIs, SLOW_MS, signIn, startBrowser } from './console/visit.ts';
import type { Operator } from './operator.ts';
import { until } from './shell.ts';

const open = startBrowser();

const MANY = 105;
const RUNS = z.looseObject({ data: z.array(z.looseObject({ finished_at: z.string() })) });

/** A job that failed, one with a few runs, and one with more runs than are drawn one by one. */
async function runJobs(admin: Operator): Promise<void> {
  const create = (job: object) => done(admin, 'POST', '/api/jobs', { on_demand: true, ...job });
  const search = { type: 'update_search_index', overlap: 'allow' };
  await create({ ...search, id: 'calm', name: 'Calm', tags: ['day'] });
  await create({ ...search, id: 'busy', name: 'Busy' });
  await create({
    id: 'calls',
    name: 'Calls',
    type: 'http_request',
    max_attempts: 1,
    payload: { url: 'http://127.0.0.1:1/' },
  });
  await admin.run('calm');
  await done(admin, 'POST', '/api/jobs/calls/runs');
  for (let n = 0; n < MANY; n += 1) await done(admin, 'POST', '/api/jobs/busy/runs');
  await until('all runs have ended', async () => {
    const { body } = await admin.ask('GET', '/api/run-timeline?sort=-runs');
    const text = JSON.stringify(body);
    return text.includes(`"succeeded":${MANY}`) && text.includes('"failed":1,');
  });
}

const rows = (page: Page) => page.getByRole('list', { name: 'What ran' });
const row = (page: Page, name: string) => page.getByRole('slider', { name: `Runs of ${name},` });

test.each<Dialect>(['sqlite', 'postgres'])(
  'a viewer sees what ran by job and by node, zooms in, and opens a run from its bar: on %s',
  async (dialect) => {
    const { url, admin } = await startConsoleServer({}, await databaseEnv(dialect));
    await runJobs(admin);
    const { page, faults, goTo } = await open(url);
    await goTo('/');
    await signIn(page);
    await heading(page, 'Overview');
    await page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name: 'Timeline' }).click();
    await heading(page, 'What ran');

    // The worst comes first, and the numbers lead to the runs.
    await rows(page).getByText(`${MANY} runs`).waitFor();
    expect(await rows(page).getByRole('listitem').first().textContent()).toMatch(/^Calls1 run, 1 failed/);
    await page.getByText('All jobs that ran.').waitFor();
    await rows(page).getByRole('link', { name: '1 failed' }).click();
    await heading(page, 'Runs');
    await page.getByRole('row').filter({ hasText: 'Calls' }).first().waitFor();
    await page.goBack();
    await heading(page, 'What ran');
    expect(await findings(page)).toEqual([]);

    // A run that ends now appears without a reload.
    await rows(page).getByText('1 run', { exact: true }).waitFor();
    await admin.run('calm');
    await rows(page).getByText('2 runs').waitFor();

    // By keyboard: to the newest run of a row, to the one before, and open it.
    await row(page, 'Calm').focus();
    await page.locator('[role=slider][aria-label^="Runs of Calm,"][aria-valuetext^="succeeded, "]').waitFor();
    await page.getByRole('link', { name: /^Open run / }).waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await runIs(page, 'succeeded');
    await page.goBack();
    await heading(page, 'What ran');

    // A row with many runs says how many were running, and leads to the list of them.
    await row(page, 'Busy').focus();
    expect(await row(page, 'Busy').getAttribute('aria-valuetext')).toMatch(/\d+ succeeded, .* to /);
    await page.getByRole('link', { name: 'Show these runs' }).click();
    await heading(page, 'Runs');
    expect(page.url()).toContain('job_id=busy&time=ran&from=');
    await page.goBack();
    await heading(page, 'What ran');

    // Nodes, filters and zoom are in the address.
    await button(page, 'By node').click();
    await page.waitForURL((address) => address.search.includes('by=node'));
    await page.getByRole('heading', { name: 'Nodes' }).waitFor();
    await rows(page)
      .getByText(`${MANY + 3} runs, 1 failed`)
      .waitFor();
    await button(page, 'By job').click();
    await page.getByLabel('Tag').selectOption('day');
    await page.waitForURL((address) => address.search.includes('tag=day'));
    await until(
      'only the job with the tag is left',
      async () => (await rows(page).getByRole('listitem').count()) === 1,
    );
    await page.getByLabel('Id or name of a job').fill('nothing');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Nothing ran in this time' }).waitFor();
    await button(page, 'Clear filters').click();
    await rows(page).getByText(`${MANY} runs`).waitFor();
    await button(page, 'Zoom in').click();
    await page.waitForURL((address) => address.search.includes('from='));
    await button(page, '24 h').click();
    await page.waitForURL((address) => address.search.includes('range=24h'));
    await rows(page).getByText(`${MANY} runs`).waitFor();

    await page.getByText('Show as table').click();
    const table = page.getByRole('region', { name: 'What ran as a table' });
    await table
      .getByRole('row')
      .filter({ hasText: 'Busy' })
      .getByRole('cell', { name: String(MANY) })
      .waitFor();
    for (const width of [390, 820, 1280, 1920]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await isTooWide(page)).toBe(false);
    }
    expect(await findings(page)).toEqual([]);

    // A number leads to the runs that it counts, also to those that were queued before the window.
    const { data } = RUNS.parse((await admin.ask('GET', '/api/runs?job_id=calls')).body);
    const at = Date.parse(data[0]?.finished_at ?? '');
    const window = { from: new Date(at).toISOString(), to: new Date(at + 10_000).toISOString() };
    await goTo(`/timeline/what-ran?${new URLSearchParams({ ...window, q: 'calls' })}`);
    await rows(page).getByRole('link', { name: '1 failed' }).click();
    await heading(page, 'Runs');
    await page.getByRole('row').filter({ hasText: 'Calls' }).first().waitFor();
    expect(await page.getByLabel('Time of').inputValue()).toBe('ran');
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test(
  'a drag over the rows, the wheel with Ctrl, and + and - zoom, and a click on a bar opens its run',
  async () => {
    const { url, admin } = await startConsoleServer();
    await runJobs(admin);
    const { page, faults, goTo } = await open(url, { colorScheme: 'dark' });
    await goTo('/timeline/what-ran?range=15m');
    await signIn(page);
    await rows(page).getByText(`${MANY} runs`).waitFor();
    const span = () => {
      const query = new URL(page.url()).searchParams;
      return Date.parse(query.get('to') ?? '') - Date.parse(query.get('from') ?? '');
    };

    const box = await row(page, 'Calm').boundingBox();
    if (box === null) throw new Error('the row is not drawn');
    const middle = box.y + box.height / 2;
    // The last third of 15 minutes: 5 minutes.
    await page.mouse.move(box.x + (box.width * 2) / 3, middle);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 30, middle, { steps: 5 });
    await page.mouse.move(box.x + box.width - 1, middle);
    await page.mouse.up();
    await page.waitForURL((address) => address.search.includes('from='));
    expect(span() / 60_000).toBeCloseTo(5, 0);
    await heading(page, 'What ran');

    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -100);
    await page.keyboard.up('Control');
    await until('the wheel has zoomed in', async () => span() < 4.5 * 60_000);
    await row(page, 'Calm').focus();
    const before = span();
    // The browser's own zoom.
    await page.keyboard.press('Control+-');
    await page.keyboard.press('-');
    await until('the key has zoomed out', async () => Math.abs(span() - before * 2) < 2);
    await page.keyboard.press('+');
    await until('the key has zoomed in', async () => Math.abs(span() - before) < 2);
    expect(await findings(page)).toEqual([]);

    await button(page, '15 min').click();
    await page.waitForURL((address) => !address.search.includes('from='));
    const bar = page.locator('svg rect[data-status="failed"]').first();
    await bar.waitFor();
    await bar.click({ force: true });
    await runIs(page, 'failed');
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
