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
  saveNew,
  signIn,
  startBrowser,
} from './console/visit.ts';

const sync = defineJobType({ type: 'sync', payload: z.strictObject({}), run: async () => undefined });
const open = startBrowser();
const calendarsOf = z.object({ data: z.array(z.looseObject({ id: z.string() })) });
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

test(
  'a calendar in code says so, and cannot be edited or deleted',
  async () => {
    const { url, admin } = await startConsoleServer();
    await done(admin, 'PUT', '/api/calendars/weekend', WEEKEND);
    await done(admin, 'PUT', '/api/calendars/of-code', WEEKEND);
    const { page, faults, goTo } = await open(url);
    // This server declares no calendars.
    await page.route('**/api/calendars', async (route) => {
      const { data } = calendarsOf.parse(await (await route.fetch()).json());
      const json = data.map((one) => (one.id === 'of-code' ? { ...one, created_by: 'code' } : one));
      await route.fulfill({ json: { data: json } });
    });
    await goTo('/calendars');
    await signIn(page);
    const row = page.getByRole('row', { name: /of-code/ });
    await row.getByText('This calendar is declared in code: change it there, and deploy').waitFor();
    for (const name of ['Edit', 'Delete']) {
      expect(await button(page, `${name} of-code`).isDisabled()).toBe(true);
      expect(await button(page, `${name} weekend`).isDisabled()).toBe(false);
    }
    expect(await findings(page)).toEqual([]);
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test(
  'the form of a job has its calendar: in the preview, in a copy, in the review of an edit, and at its fault',
  async () => {
    const { url, admin } = await startConsoleServer({ jobTypes: [sync] });
    await done(admin, 'PUT', '/api/calendars/weekend', { ...WEEKEND, name: 'Weekends' });
    const { page, faults, goTo } = await open(url);
    await goTo('/jobs/new');
    await signIn(page);
    await page.getByRole('textbox', { name: 'Name' }).fill('Nightly');
    await page.getByRole('combobox', { name: 'Job type' }).click();
    await page.getByRole('option', { name: 'sync' }).click();
    await page.getByText('Cron', { exact: true }).click();
    await page.getByRole('textbox', { name: 'Cron expression' }).fill('0 3 * * *');
    const preview = page.getByRole('complementary', { name: 'Preview of the schedule' });
    const runs = preview.getByRole('list', { name: 'Next runs' }).getByRole('listitem');
    const chosen = page.getByRole('combobox', { name: 'Calendar', exact: true });
    await chosen.selectOption('weekend');
    await preview.getByText('Without the slots inside the windows of the calendar.').waitFor();
    expect((await runs.allTextContents()).join(' ')).not.toMatch(/\bS(at|un),/);
    await page.getByLabel('Move them to the end of the window').click();
    await preview.getByText('Slots inside a window of the calendar are at its end.').waitFor();
    await expect.poll(async () => (await runs.allTextContents()).join(' ')).toMatch(/Mon, .*00:00:00/);
    expect(await findings(page)).toEqual([]);
    await saveNew(page);
    await heading(page, 'Nightly');
    const calendarOf = async (id: string) => {
      const job = await done(admin, 'GET', `/api/jobs/${id}`);
      return z.looseObject({ calendar: z.unknown() }).parse(job).calendar;
    };
    expect(await calendarOf('nightly')).toEqual({ id: 'weekend', mode: 'move' });

    await goTo('/jobs/new?copy=nightly');
    expect(await chosen.inputValue()).toBe('weekend');
    await saveNew(page);
    await heading(page, 'Nightly (copy)');
    expect(await calendarOf('nightly-copy')).toEqual({ id: 'weekend', mode: 'move' });

    // A fault about the calendar as a whole is at the calendar.
    await goTo('/jobs/nightly/edit');
    await page.getByRole('textbox', { name: 'Cron expression' }).fill('0 3 * * 6');
    await page.getByLabel('Skip them').click();
    await page
      .getByText(/^All slots of the next 5 years are inside windows/)
      .first()
      .waitFor();
    await page.getByRole('textbox', { name: 'Cron expression' }).fill('0 3 * * *');
    await chosen.selectOption('');
    await button(page, 'Review and save').click();
    const review = page.getByRole('dialog');
    await review.getByText('Mode of the calendar').waitFor();
    await review.getByRole('button', { name: /^Save changes/ }).click();
    await heading(page, 'Nightly');
    expect(await calendarOf('nightly')).toBeNull();
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
