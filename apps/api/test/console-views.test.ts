import { defineJobType } from '@greenvue/jobs';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { textOf } from '../src/testing/test-bodies.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import { looksWell } from './console/looks-well.ts';
import { button, heading, PASSWORD, SLOW_MS, signIn, startBrowser } from './console/visit.ts';

const open = startBrowser();

const send = defineJobType({ type: 'send', payload: z.strictObject({}), run: async () => ({}) });

const ANN = 'ann@example.com';

/** A server with an active and a paused job, and with runs. Ann is an operator. */
async function startWithJobs() {
  const server = await startConsoleServer({ jobTypes: [send] });
  const { admin } = server;
  for (const id of ['nightly-mail', 'weekly-report'])
    await done(admin, 'POST', '/api/jobs', { id, name: id, type: 'send', on_demand: true, tags: ['mail'] });
  await done(admin, 'POST', '/api/jobs/nightly-mail/runs', {});
  await done(admin, 'POST', '/api/jobs/weekly-report/pause', {});
  const account = { email: ANN, name: 'Ann', password: PASSWORD };
  const id = textOf(await done(admin, 'POST', '/api/auth/register', account), 'user', 'id');
  await done(admin, 'PATCH', `/api/users/${id}`, { role: 'operator' });
  return server;
}

const columnsOf = async (page: Page) =>
  (await page.getByRole('table').first().getByRole('columnheader').allTextContents()).map((name) =>
    name.trim(),
  );

const rows = (page: Page) => page.getByRole('table').first().locator('tbody tr[data-index]');

async function showsRows(page: Page, count: number): Promise<void> {
  await expect.poll(() => rows(page).count()).toBe(count);
}

const heightOf = async (page: Page) => (await rows(page).first().boundingBox())?.height ?? 0;

test(
  'the viewer chooses columns and compact rows of the jobs: the URL has them, and the next visit, too',
  async () => {
    const { url } = await startWithJobs();
    const { page, goTo, faults } = await open(url);
    await goTo('/jobs');
    await signIn(page);
    await heading(page, 'Jobs');
    await showsRows(page, 2);
    const tall = await heightOf(page);

    // By keyboard: Enter opens the choice, Space chooses, Escape closes it and returns to the button.
    await button(page, 'Columns').focus();
    await page.keyboard.press('Enter');
    const choice = page.getByRole('dialog', { name: 'Columns and rows' });
    await choice.getByRole('checkbox', { name: 'Created' }).focus();
    await page.keyboard.press('Space');
    await page.waitForURL(/columns=type,schedule,health,runs,last,next,created/);
    await choice.getByRole('checkbox', { name: 'Schedule' }).click();
    await choice.getByRole('switch', { name: 'Compact rows' }).click();
    await looksWell(page);
    await page.keyboard.press('Escape');
    await choice.waitFor({ state: 'hidden' });
    expect(await button(page, 'Columns').evaluate((element) => element.matches(':focus'))).toBe(true);
    const names = ['', 'NameId', 'Type', 'Health', 'Last runs', 'Last run', 'Next run', 'Created', 'Actions'];
    expect((await columnsOf(page)).map((name) => name.replace(', ascending', ''))).toEqual(names);
    expect(await heightOf(page)).toBeLessThan(tall - 15);
    await looksWell(page);

    // Another filter keeps them; so does a visit without them in the URL.
    await page.getByRole('combobox', { name: 'Status' }).selectOption('paused');
    await showsRows(page, 1);
    expect(new URL(page.url()).search).toBe(
      '?status=paused&columns=type,health,runs,last,next,created&rows=compact',
    );
    await goTo('/jobs');
    await showsRows(page, 2);
    expect(await columnsOf(page)).toContain('Created');
    await button(page, 'Columns').click();
    await button(page, 'Default columns').click();
    await expect.poll(() => columnsOf(page)).toContain('Schedule');
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test(
  'a view has a name, a link that works for others, and belongs to the account',
  async () => {
    const { url } = await startWithJobs();
    const { page, goTo, faults } = await open(url, { permissions: ['clipboard-read', 'clipboard-write'] });
    await goTo('/runs');
    await signIn(page);
    await heading(page, 'Runs');
    await showsRows(page, 1);
    await button(page, 'Columns').click();
    const columns = page.getByRole('dialog', { name: 'Columns and rows' });
    await columns.getByRole('checkbox', { name: 'Node' }).click();
    await columns.getByRole('checkbox', { name: 'Trigger' }).click();
    await columns.getByRole('switch', { name: 'Compact rows' }).click();
    await page.keyboard.press('Escape');
    await page.getByLabel('Job id').fill('nightly-mail');
    await page.getByLabel('Job id').press('Enter');
    await page.waitForURL(/job_id=nightly-mail/);

    await button(page, 'Views').click();
    const views = page.getByRole('dialog', { name: 'Views' });
    await views.getByRole('link', { name: 'Running now' }).waitFor();
    await views.getByLabel('Name of the view').fill('Mails');
    await page.keyboard.press('Enter');
    await views.getByRole('link', { name: 'Mails' }).waitFor();
    await looksWell(page);
    await page.setViewportSize({ width: 1280, height: 900 });
    await views.getByRole('button', { name: 'Copy the link to this view' }).click();
    await views.getByText('Copied').waitFor();
    const link = await page.evaluate<string>('navigator.clipboard.readText()');
    await views.getByRole('link', { name: 'Waiting' }).click();
    await page.waitForURL(/\/runs\?status=queued$/);
    await views.waitFor({ state: 'hidden' });
    await page.getByText('No runs found').waitFor();

    // From anywhere, by the palette.
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').and(page.locator(':focus')).waitFor();
    await page.keyboard.type('mails');
    await page.getByRole('option', { name: /^Mails/, selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(link);
    await showsRows(page, 1);
    expect(await columnsOf(page)).toEqual([
      'Status',
      'Job',
      'When',
      'Took',
      'Attempt',
      'Node',
      'Details',
      'Run',
    ]);

    await button(page, 'Views').click();
    await button(page, 'Delete the view Mails').click();
    await views.getByRole('link', { name: 'Mails' }).waitFor({ state: 'hidden' });
    expect(faults).toEqual([]);

    // Somebody else, in another browser.
    const ann = await open(url);
    await ann.page.goto(link);
    await signIn(ann.page, { email: ANN });
    await heading(ann.page, 'Runs');
    await showsRows(ann.page, 1);
    expect(await columnsOf(ann.page)).toContain('Node');
    await button(ann.page, 'Views').click();
    await ann.page.getByRole('link', { name: 'Failed in 24 hours' }).waitFor();
    expect(await ann.page.getByRole('link', { name: 'Mails' }).count()).toBe(0);
  },
  SLOW_MS,
);
