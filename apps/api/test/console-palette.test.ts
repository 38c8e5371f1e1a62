import { defineJobType } from '@greenvue/jobs';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findings } from '../../../packages/console/test/axe.ts';
import { textOf } from '../src/testing/test-bodies.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import { looksWell } from './console/looks-well.ts';
import { button, heading, PASSWORD, SLOW_MS, signIn, startBrowser } from './console/visit.ts';

const open = startBrowser();

const send = defineJobType({
  type: 'send',
  payload: z.strictObject({}),
  run: async () => ({}),
});

/** A server with two jobs. One of them has run once. */
async function startWithJobs() {
  const server = await startConsoleServer({ jobTypes: [send] });
  for (const [id, name] of [
    ['nightly-mail', 'Nightly mail'],
    ['weekly-report', 'Weekly report'],
  ])
    await done(server.admin, 'POST', '/api/jobs', { id, name, type: 'send', on_demand: true });
  const run = textOf(await done(server.admin, 'POST', '/api/jobs/nightly-mail/runs', {}), 'id');
  return { ...server, run };
}

const palette = (page: Page) => page.getByRole('dialog', { name: 'Search jobs, runs, pages and actions' });
const field = (page: Page) => palette(page).getByRole('combobox');

/** Opens the palette by keyboard. */
async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await field(page).and(page.locator(':focus')).waitFor();
}

/** Opens the palette by keyboard, types, and waits until the first choice has this name. */
async function find(page: Page, text: string, first: RegExp): Promise<void> {
  await openPalette(page);
  await page.keyboard.type(text);
  await palette(page).getByRole('option', { name: first, selected: true }).waitFor();
}

test(
  'Ctrl+K finds jobs, runs, pages and actions of the page, by keyboard alone, in both looks',
  async () => {
    const { url, run } = await startWithJobs();
    const { page, goTo, faults } = await open(url);
    await goTo('/');
    await signIn(page);
    await heading(page, 'Overview');

    await find(page, 'weekly', /^Weekly report/);
    await looksWell(page);
    await page.keyboard.press('Enter');
    await heading(page, 'Weekly report');
    expect(await page.locator(':focus').textContent()).toBe('Weekly report');

    await find(page, `${run}`, new RegExp(`^Run ${run}`));
    await page.keyboard.press('Enter');
    await heading(page, `Run ${run}`);

    // The arrows move the choice around the end; the focus stays in the field.
    await openPalette(page);
    await palette(page).getByText('Newest runs').waitFor();
    await page.keyboard.press('ArrowUp');
    await palette(page)
      .getByRole('option', { name: new RegExp(`^Run ${run}`), selected: true })
      .waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await palette(page).getByRole('option').nth(1).getAttribute('aria-selected')).toBe('true');
    await page.keyboard.type('failures');
    await palette(page).getByRole('option', { name: 'Failures', selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await heading(page, 'Failures');

    await openPalette(page);
    await page.keyboard.type('no such thing');
    await palette(page).getByText('Nothing found.').waitFor();
    await page.keyboard.press('Escape');
    await palette(page).waitFor({ state: 'hidden' });
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test(
  'the palette does what the page of a job offers, and pauses and resumes all jobs',
  async () => {
    const { url, admin } = await startWithJobs();
    const { page, goTo, faults } = await open(url);
    await goTo('/jobs/weekly-report');
    await signIn(page);
    await heading(page, 'Weekly report');

    // Closed without a choice, the palette gives the focus back.
    const edit = page.getByRole('link', { name: 'Edit', exact: true });
    await edit.focus();
    await openPalette(page);
    await page.keyboard.press('Escape');
    await palette(page).waitFor({ state: 'hidden' });
    expect(await edit.evaluate((element) => element.matches(':focus'))).toBe(true);

    await find(page, 'run the job', /^Run the job now/);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Run this job now?' });
    await dialog.waitFor();
    // This also waits until the dialog is at rest.
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await find(page, 'pause the job', /^Pause the job/);
    await page.keyboard.press('Enter');
    const pausing = page.getByRole('dialog', { name: 'Pause this job' });
    await pausing.waitFor();
    await page.keyboard.press('Enter');
    await pausing.waitFor({ state: 'hidden' });
    await page.getByText('paused', { exact: true }).first().waitFor();
    await find(page, 'resume', /^Resume the job/);
    await page.keyboard.press('Enter');
    await expect
      .poll(async () => textOf(await done(admin, 'GET', '/api/jobs/weekly-report'), 'status'))
      .toBe('active');
    await find(page, 'duplicate', /^Duplicate the job/);
    await page.keyboard.press('Enter');
    await heading(page, /^Copy of/);

    await find(page, 'maintenance', /^Pause all jobs/);
    await page.keyboard.press('Enter');
    const pausingAll = page.getByRole('dialog', { name: 'Pause all jobs' });
    await pausingAll.waitFor();
    await page.keyboard.type('Upgrade');
    await page.keyboard.press('Enter');
    await pausingAll.waitFor({ state: 'hidden' });
    await page.getByText('All jobs are paused by you').waitFor();
    await find(page, 'resume all', /^Resume all jobs/);
    await page.keyboard.press('Enter');
    const resumingAll = page.getByRole('dialog', { name: 'Resume all jobs?' });
    await resumingAll.getByText('2 jobs can start runs again.').waitFor();
    await resumingAll.getByRole('button', { name: 'Resume all jobs' }).click();
    await page.getByText('All jobs are resumed').waitFor();
    await resumingAll.waitFor({ state: 'hidden' });

    await find(page, 'theme dark', /^Colors: dark/);
    await page.keyboard.press('Enter');
    await page.locator('html[data-mantine-color-scheme="dark"]').waitFor({ state: 'attached' });
    await palette(page).waitFor({ state: 'hidden' });
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await help.getByText('Ctrl K').waitFor();
    // Another dialog stays alone.
    await page.keyboard.press('Control+k');
    expect(await palette(page).count()).toBe(0);
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test(
  'the palette offers a user only what the user may do',
  async () => {
    const { url, admin } = await startWithJobs();
    const account = { email: 'ann@example.com', name: 'Ann', password: PASSWORD };
    const id = textOf(await done(admin, 'POST', '/api/auth/register', account), 'user', 'id');
    await done(admin, 'PATCH', `/api/users/${id}`, { role: 'operator' });
    const { page, goTo } = await open(url);
    await goTo('/jobs/weekly-report');
    await signIn(page, { email: 'ann@example.com' });
    await heading(page, 'Weekly report');
    await button(page, 'Search Ctrl K').click();
    await field(page).waitFor();
    const names = await palette(page).getByRole('option').allTextContents();
    expect(names).toEqual(
      expect.arrayContaining(['Run the job nowr', 'Pause the jobp', 'Pause all jobs', 'Jobs']),
    );
    for (const forbidden of ['Edit the jobe', 'Delete the job', 'New jobn', 'Channels'])
      expect(names).not.toContain(forbidden);
  },
  SLOW_MS,
);
