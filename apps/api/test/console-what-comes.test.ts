import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { findings } from '../../../packages/console/test/axe.ts';
import { databaseEnv } from '../src/testing/test-app.ts';
import type { Dialect } from '../src/testing/test-database.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import { button, heading, isTooWide, SLOW_MS, signIn, startBrowser } from './console/visit.ts';
import type { Operator } from './operator.ts';

const open = startBrowser();

const NIGHTLY = 12;
const JOB = { type: 'update_search_index' };

/** Jobs that begin together at midnight in UTC, one that runs each hour, and a paused one. */
async function createJobs(admin: Operator): Promise<void> {
  const create = (job: object) => done(admin, 'POST', '/api/jobs', { ...JOB, ...job });
  for (let n = 1; n <= NIGHTLY; n += 1)
    await create({ id: `night-${n}`, name: `Night ${n}`, cron: '0 0 * * *', tags: ['night'] });
  await create({ id: 'hourly', name: 'Hourly', cron: '30 * * * *' });
  await create({ id: 'held', name: 'Held', cron: '15 * * * *' });
  await done(admin, 'POST', '/api/jobs/held/pause');
}

const map = (page: Page) => page.getByRole('table', { name: 'Runs in each hour', exact: true });
const midnight = (page: Page) =>
  map(page)
    .getByRole('button', { name: /, 00:00 to 01:00: 13 runs/ })
    .first();
const hourPart = (page: Page) => page.getByRole('region', { name: /, \d\d:00 to \d\d:00$/ });

test.each<Dialect>(['sqlite', 'postgres'])(
  'a viewer sees when too many runs begin together, which jobs they are of, and adds a job at a quiet time: on %s',
  async (dialect) => {
    const { url, admin } = await startConsoleServer({}, await databaseEnv(dialect));
    await createJobs(admin);
    const { page, faults, goTo } = await open(url, { timezoneId: 'UTC' });
    await goTo('/');
    await signIn(page);
    await heading(page, 'Overview');
    await page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name: 'Timeline' }).click();
    await page.getByRole('link', { name: 'What comes' }).click();
    await heading(page, 'What comes');

    await page.getByText('of 14 jobs in the next 7 days').waitFor();
    await page.getByText('is paused, and would add').waitFor();
    const clashes = page.getByRole('region', { name: 'Clashes' });
    await clashes.getByText(`${NIGHTLY} runs start at 00:00`).waitFor();
    expect(await midnight(page).getAttribute('aria-label')).toMatch(
      /: 13 runs; .*many begin in the same minute/,
    );

    // The hour says which jobs, and is in the address.
    await clashes.getByRole('button', { name: 'Show these jobs' }).click();
    await page.waitForURL((address) => address.search.includes('at='));
    const jobs = hourPart(page).getByRole('region', { name: 'Jobs that run in this time' });
    await jobs.getByRole('link', { name: 'Night 7' }).waitFor();
    await hourPart(page).getByText(`Most runs begin at 00:00: ${NIGHTLY}.`).waitFor();
    await hourPart(page).getByText('Minutes as a table').click();
    const minutes = hourPart(page).getByRole('region', { name: 'Runs in each minute' });
    await minutes
      .getByRole('row')
      .nth(1)
      .getByRole('cell', { name: String(NIGHTLY) })
      .waitFor();
    expect(await findings(page)).toEqual([]);

    // Filters leave only some jobs. The Back button restores all.
    await page.getByLabel('Tag').selectOption('night');
    await page.getByText(`of ${NIGHTLY} jobs in the next 7 days`).waitFor();
    await page.goBack();
    await page.getByText('of 14 jobs in the next 7 days').waitFor();
    await page.getByLabel('Job type').selectOption('http_request');
    await page.getByRole('heading', { name: 'No runs to come' }).waitFor();
    await button(page, 'Clear filters').click();

    // Another tab pauses a job: the page follows without a reload.
    await page.getByText('of 14 jobs in the next 7 days').waitFor();
    await done(admin, 'POST', '/api/jobs/hourly/pause');
    await page.getByRole('link', { name: '2 jobs' }).waitFor();
    await done(admin, 'POST', '/api/jobs/pause-all', { reason: 'maintenance' });
    await page.getByText('no run starts until someone resumes all jobs').last().waitFor();

    for (const width of [390, 820, 1280, 1920]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await isTooWide(page)).toBe(false);
    }
    expect(await findings(page)).toEqual([]);

    await hourPart(page)
      .getByRole('link', { name: /^Add your job here/ })
      .click();
    await heading(page, 'New job');
    expect(await page.getByRole('textbox', { name: 'Cron expression' }).inputValue()).toMatch(
      /^\d+ 0 \* \* \*$/,
    );
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test(
  'the heat map is used by keyboard alone, on a phone and in the dark, too',
  async () => {
    const { url, admin } = await startConsoleServer();
    await createJobs(admin);
    const { page, faults, goTo } = await open(url, { timezoneId: 'UTC', colorScheme: 'dark' });
    await goTo('/timeline/what-comes?range=3d');
    await signIn(page);
    await heading(page, 'What comes');
    const label = () => page.evaluate<string>('document.activeElement.getAttribute("aria-label") ?? ""');
    await midnight(page).focus();
    expect(await label()).toMatch(/, 00:00 to 01:00: 13 runs/);
    await page.keyboard.press('ArrowRight');
    expect(await label()).toMatch(/, 01:00 to 02:00: 1 run/);
    await page.keyboard.press('End');
    expect(await label()).toMatch(/, 23:00 to 00:00: /);
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await hourPart(page).getByRole('link', { name: 'Night 7' }).waitFor();
    expect(await midnight(page).getAttribute('aria-pressed')).toBe('true');
    // One hour is a tab stop; the next one is after the map.
    await page.keyboard.press('Tab');
    expect(await label()).not.toMatch(/ to /);
    expect(await findings(page)).toEqual([]);

    // On a phone, days are columns: down is the next hour.
    await page.setViewportSize({ width: 390, height: 800 });
    await map(page).getByRole('rowheader', { name: '23' }).waitFor();
    await midnight(page).focus();
    await page.keyboard.press('ArrowDown');
    expect(await label()).toMatch(/, 01:00 to 02:00: /);
    expect(await findings(page)).toEqual([]);
    expect(await isTooWide(page)).toBe(false);
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test(
  'the forecast of more jobs than can be counted says that it is an estimate',
  async () => {
    const { url, admin } = await startConsoleServer();
    for (let n = 1; n <= 1_200; n += 1)
      await done(admin, 'POST', '/api/jobs', { ...JOB, id: `job-${n}`, name: `Job ${n}`, cron: '0 0 1 1 *' });
    const { page, goTo } = await open(url);
    await goTo('/timeline/what-comes?range=24h');
    await signIn(page);
    await page.getByText(/Estimated from [\d,]+ of 1,200 jobs/).waitFor();
  },
  SLOW_MS,
);
