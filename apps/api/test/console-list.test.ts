import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { findings } from '../../../packages/console/test/axe.ts';
import { databaseEnv } from '../src/testing/test-app.ts';
import { listOf, textsOf } from '../src/testing/test-bodies.ts';
import type { Dialect } from '../src/testing/test-database.ts';
import { type ConsoleServer, done, startConsoleServer } from './console/console-server.ts';
import { button, heading, SLOW_MS, signIn, startBrowser, type Visit } from './console/visit.ts';
import { until } from './shell.ts';

const open = startBrowser();

const IDS = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `job-${letter}`);

/** A server with {@link IDS}, and a window on its job list. */
async function openList(dialect: Dialect = 'sqlite'): Promise<Visit & { readonly server: ConsoleServer }> {
  const server = await startConsoleServer({}, await databaseEnv(dialect));
  for (const id of IDS)
    await done(server.admin, 'POST', '/api/jobs', {
      id,
      name: nameOf(id),
      type: 'update_search_index',
      interval: '1h',
    });
  const visit = await open(server.url);
  await visit.goTo('/jobs');
  await signIn(visit.page);
  await rowOf(visit.page, 'job-f').waitFor();
  return { ...visit, server };
}

const nameOf = (id: string): string => id.replace('job-', 'Number ').toUpperCase();
const rowOf = (page: Page, id: string): Locator => page.getByRole('row', { name: nameOf(id) });

/** The ids of the jobs with this status on the server. */
async function idsOf({ admin }: ConsoleServer, status: string): Promise<readonly string[]> {
  return textsOf(listOf(await done(admin, 'GET', `/api/jobs?status=${status}`), 'data'), 'id');
}

/** Presses Tab until the element has the focus. */
async function tabTo(page: Page, goal: Locator): Promise<void> {
  for (let pressed = 0; pressed < 200; pressed += 1) {
    if ((await goal.and(page.locator(':focus')).count()) > 0) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('Tab never reached the element');
}

test.each<Dialect>(['sqlite', 'postgres'])(
  'many jobs are paused, resumed and deleted at once, by keyboard and by mouse, and failures are listed: on %s',
  async (dialect) => {
    const { page, faults, server } = await openList(dialect);
    // A finished job, which cannot be paused.
    const once = {
      id: 'job-0',
      name: nameOf('job-0'),
      type: 'update_search_index',
      run_at: new Date().toISOString(),
    };
    await done(server.admin, 'POST', '/api/jobs', once);
    await until('it is finished', async () => (await idsOf(server, 'finished')).length > 0);
    await rowOf(page, 'job-0').getByText('finished').first().waitFor();

    // By keyboard: the first three jobs, including a finished one.
    for (const key of ['j', 'x', 'j', 'x', 'j', 'x']) await page.keyboard.press(key);
    await page.getByText('3 jobs selected').waitFor();
    await tabTo(page, button(page, 'Pause…'));
    await page.keyboard.press('Enter');
    await page
      .getByRole('dialog', { name: 'Pause 3 jobs' })
      .getByText(/Running runs finish; queued ones wait\./)
      .waitFor();
    await page.keyboard.type('Inventory');
    await page.keyboard.press('Enter');
    const result = page.getByRole('region', { name: 'Result' });
    await result.getByText('2 jobs paused, 1 failed.').waitFor();
    await result.getByRole('listitem').filter({ hasText: 'job-0' }).waitFor();
    await rowOf(page, 'job-a').getByText('Inventory').waitFor();
    // Jobs that were not paused stay selected.
    await page.getByText('1 job selected').waitFor();
    expect(await idsOf(server, 'paused')).toEqual(['job-a', 'job-b']);

    // By mouse: all paused jobs, found by the filter.
    await page.getByRole('combobox', { name: 'Status' }).selectOption('paused');
    await rowOf(page, 'job-c').waitFor({ state: 'hidden' });
    await page.getByRole('checkbox', { name: 'Select all 2 loaded jobs' }).click();
    // Another filter keeps the selection: job-0 is still in it.
    await page.getByText('3 jobs selected, 1 not in this list').waitFor();
    await button(page, 'Resume…').click();
    // Nothing happens without a confirmation.
    const resume = page.getByRole('dialog', { name: 'Resume 3 jobs?' });
    await resume.getByText('job-0').waitFor();
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await resume.waitFor({ state: 'hidden' });
    expect(await idsOf(server, 'paused')).toEqual(['job-a', 'job-b']);
    await button(page, 'Resume…').click();
    await resume.getByRole('button', { name: 'Resume 3 jobs' }).click();
    await page.getByText('3 jobs resumed.').waitFor();
    expect(await idsOf(server, 'paused')).toEqual([]);

    // A range with Shift. Someone else deletes one of its jobs just before the deletion.
    await page.getByRole('combobox', { name: 'Status' }).selectOption('active');
    await page.getByRole('checkbox', { name: 'Select job-b' }).click();
    await page.getByRole('checkbox', { name: 'Select job-e' }).click({ modifiers: ['Shift'] });
    await page.getByText('4 jobs selected').waitFor();
    await button(page, 'Delete…').click();
    const dialog = page.getByRole('dialog', { name: 'Delete 4 jobs' });
    await dialog.getByText('their live runs are cancelled').waitFor();
    await done(server.admin, 'DELETE', '/api/jobs/job-d');
    await dialog.getByRole('textbox').fill('4');
    await dialog.getByRole('button', { name: 'Delete 4 jobs' }).click();
    await result.getByText('3 jobs deleted, 1 failed.').waitFor();
    const failed = result.getByRole('listitem').filter({ hasText: 'job-d' });
    await failed.getByText(/There is no job with the id/).waitFor();
    for (const id of ['job-b', 'job-d']) await rowOf(page, id).waitFor({ state: 'hidden' });
    expect(await idsOf(server, 'active')).toEqual(['job-a', 'job-f']);
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test(
  'single keys search, move, open, create and help, but not during typing',
  async () => {
    const { page, faults, server } = await openList();
    const search = page.getByRole('textbox', { name: /^Search jobs/ });

    await page.keyboard.press('/');
    await page.keyboard.type('number C');
    expect(await search.inputValue()).toBe('number C');
    await rowOf(page, 'job-a').waitFor({ state: 'hidden' });
    expect(page.url()).toBe(`${server.url}/console/jobs?q=number+C`);
    // Each of these letters is a shortcut of the page.
    await page.keyboard.type('?/njkxrpol');
    expect(await search.inputValue()).toBe('number C?/njkxrpol');
    await page.getByText('No jobs found').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.keyboard.press('Escape');
    await rowOf(page, 'job-a').waitFor();
    expect(await search.inputValue()).toBe('');
    await page.keyboard.press('Escape');

    for (const key of ['j', 'j', 'j', 'k']) await page.keyboard.press(key);
    expect(await page.locator(':focus').getAttribute('data-row')).toBe('job-b');
    await page.keyboard.press('Enter');
    await heading(page, nameOf('job-b'));
    await page.goBack();
    await rowOf(page, 'job-a').waitFor();

    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    for (const does of ['Search', 'New job', 'Next job', 'Previous job', 'Keyboard shortcuts'])
      await help.getByRole('cell', { name: does, exact: true }).waitFor();
    // An open dialog blocks the page's shortcuts.
    await page.keyboard.press('n');
    expect(page.url()).toBe(`${server.url}/console/jobs`);
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'hidden' });

    await page.keyboard.press('n');
    await heading(page, 'New job');
    await page.getByRole('textbox', { name: 'Name' }).click();
    await page.keyboard.type('n?/jk');
    expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('n?/jk');
    expect(page.url()).toBe(`${server.url}/console/jobs/new`);
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
