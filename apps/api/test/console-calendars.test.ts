import { defineJobType } from '@greenvue/jobs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findings } from '../../../packages/console/test/axe.ts';
import { databaseEnv } from '../src/testing/test-app.ts';
import { textOf } from '../src/testing/test-bodies.ts';
import { closesUnchanged } from './console/closes-unchanged.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import {
  button,
  heading,
  isTooWide,
  PASSWORD,
  SLOW_MS,
 
  signIn,
  startBrowser,
} from './console/visit.ts';

const sync = defineJobType({ type: 'sync', payload: z.strictObject({}), run: async () => undefined });
const open = startBrowser();
const WEEKEND = { timezone: 'UTC', windows: [{ weekdays: ['sat', 'sun'] }] };

// Promise P33, calendars and ends.
test.each(['sqlite', 'postgres'] as const)(
  'an admin creates, edits and deletes a calendar on %s',
  async (dialect) => {
    const { url, admin } = await startConsoleServer({ jobTypes: [sync] }, await databaseEnv(dialect));
    const { page, faults, goTo } = await open(url, { timezoneId: 'Europe/Berlin' });
    await goTo('/calendars');
    await signIn(page);
    await heading(page, 'Calendars');
    await page.getByText('No calendars', { exact: true }).waitFor();
    expect(await findings(page)).toEqual([]);

    await button(page, 'New calendar').click();
    const dialog = page.getByRole('dialog');
    const field = (name: string) => dialog.getByRole('textbox', { name, exact: true });
    await field('Id').fill('other');
    await closesUnchanged(page, 'Cancel');
    await button(page, 'New calendar').click();
    expect(await field('Id').inputValue()).toBe('');
    await field('Id').fill('holidays');
    await field('Name').fill('Public holidays');
    const create = dialog.getByRole('button', { name: 'Create calendar' });
    expect(await create.isDisabled()).toBe(true);
    await dialog.getByLabel('Saturday').click();
    await dialog.getByLabel('Sunday').click();
    await button(page, 'Add a window').click();
    const second = dialog.getByRole('group', { name: 'Window 2' });
    await second.getByText('Each year').click();
    await second.getByRole('textbox', { name: 'First day' }).fill('24 December');
    expect(await findings(page)).toEqual([]);
    await create.click();
    await dialog
      .getByRole('alert')
      .getByText(/^Window 2: the first day must be a month and a day/)
      .waitFor();
    await second.getByRole('textbox', { name: 'First day' }).fill('12-24');
    await second.getByRole('textbox', { name: 'Last day' }).fill('01-01');
    await create.click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('each year, 12-24 to 01-01').waitFor();
    const saved = () => done(admin, 'GET', '/api/calendars/holidays');
    expect(await saved()).toMatchObject({
      name: 'Public holidays',
      timezone: 'Europe/Berlin',
      windows: [{ weekdays: ['sat', 'sun'] }, { from_date: '12-24', to_date: '01-01' }],
    });

    // A new calendar never replaces another one.
    await button(page, 'New calendar').click();
    await field('Id').fill('holidays');
    await dialog.getByText('A calendar has this id').waitFor();
    await closesUnchanged(page, 'Cancel');

    await button(page, 'Edit holidays').click();
    await dialog.getByRole('button', { name: 'Remove window 1' }).click();
    await button(page, 'Save').click();
    await dialog.waitFor({ state: 'hidden' });
    await expect.poll(saved).toMatchObject({ windows: [{ from_date: '12-24' }] });
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await isTooWide(page)).toBe(false);
    expect(await findings(page)).toEqual([]);

    // One that jobs use stays, and the answer names the jobs.
    const calendar = { id: 'holidays', mode: 'skip' };
    await done(admin, 'POST', '/api/jobs', { id: 'a', name: 'A', type: 'sync', interval: '1h', calendar });
    const remove = async () => {
      await button(page, 'Delete holidays').click();
      await dialog.getByRole('button', { name: 'Delete calendar' }).click();
    };
    await remove();
    await page.getByText('Jobs use the calendar "holidays": "a".').waitFor();
    await done(admin, 'DELETE', '/api/jobs/a');
    await remove();
    await page.getByText('No calendars', { exact: true }).waitFor();
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test(
  'those who may only read see the calendars, and no button to change them',
  async () => {
    const { url, admin } = await startConsoleServer();
    await done(admin, 'PUT', '/api/calendars/weekend', WEEKEND);
    const account = { email: 'ann@example.com', name: 'Ann', password: PASSWORD };
    const id = textOf(await done(admin, 'POST', '/api/auth/register', account), 'user', 'id');
    await done(admin, 'PATCH', `/api/users/${id}`, { role: 'operator' });
    const { page, goTo } = await open(url);
    await goTo('/calendars');
    await signIn(page, { email: account.email });
    await page.getByText('Saturday, Sunday').waitFor();
    for (const name of ['New calendar', 'Edit weekend', 'Delete weekend'])
      expect(await page.getByRole('button', { name }).count()).toBe(0);
  },
  SLOW_MS,
);
