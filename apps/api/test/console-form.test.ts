import { defineJobType } from '@greenvue/jobs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findings } from '../../../packages/console/test/axe.ts';
import { databaseEnv } from '../src/testing/test-app.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import { button, heading, isTooWide, SLOW_MS, saveNew, signIn, startBrowser } from './console/visit.ts';

const open = startBrowser();

const sync = defineJobType({
  type: 'sync',
  payload: z.strictObject({ depth: z.int().min(1).default(1) }),
  run: async () => undefined,
});

test(
  'the form of a job shows all faults at once, suggests what was meant, and keeps the next runs in sight',
  async () => {
    const { url, admin } = await startConsoleServer({ jobTypes: [sync] });
    await done(admin, 'POST', '/api/jobs', {
      id: 'shop',
      name: 'Sync the shop',
      type: 'sync',
      interval: '1h',
    });
    const { page, faults, goTo } = await open(url, { timezoneId: 'Europe/Berlin' });
    await goTo('/jobs/new');
    await signIn(page);
    const field = (name: string) => page.getByRole('textbox', { name, exact: true });
    const errors = page.getByRole('region', { name: 'Errors' });
    const listed = async () =>
      (await errors.getByRole('listitem').allTextContents()).map((text) => text.split(':')[0]);

    // Nothing is filled in: each missing field is named.
    await saveNew(page);
    await expect.poll(listed).toEqual(['Name', 'Id', 'Job type', 'Interval']);

    // Faults that only the server finds come with those of the form.
    await page.getByRole('combobox', { name: 'Job type' }).click();
    await page.getByRole('option', { name: 'sync' }).click();
    await field('Depth').fill('0');
    await field('Interval').fill('5 minutes');
    await saveNew(page);
    await expect.poll(listed).toEqual(['Name', 'Id', 'Depth', 'Interval']);
    await field('Depth').fill('2');
    await button(page, 'Did you mean 5m?').click();
    expect(await field('Interval').inputValue()).toBe('5m');
    expect(await button(page, 'Did you mean 5m?').count()).toBe(0);

    // The id of another job: its name is said.
    await field('Name').fill('Shop');
    await saveNew(page);
    await errors.getByText('Id: this id is already used by Sync the shop').waitFor();
    await field('Id').fill('shop-2');
    for (const text of ["Can't be changed later.", 'Fixed rate', 'Fixed delay'])
      await page.getByText(text, { exact: false }).first().waitFor();

    await page.getByText('Cron', { exact: true }).click();
    await field('Cron expression').fill('0 0 30 2 *');
    await page.getByText(/^This date never occurs/).waitFor();
    await field('Cron expression').fill('0 9 1,15 * MON-FRI');
    const preview = page.getByRole('complementary', { name: 'Preview of the schedule' });
    await preview
      .getByText('At 09:00, on day 1 and 15 of the month or Monday through Friday (UTC)', { exact: true })
      .waitFor();

    // Each run with weekday and offset, and where the clocks change before it.
    await button(page, 'Use Europe/Berlin yours').click();
    await field('Cron expression').fill('0 9 1 * *');
    const runs = preview.getByRole('list', { name: 'Next runs' }).getByRole('listitem');
    await runs
      .first()
      .getByText(/^\w{3}, \d\d \w+ \d{4}, 09:00:00 UTC\+0[12]:00$/)
      .waitFor();
    await field('Cron expression').fill('0 9 1 1,7 *');
    await expect
      .poll(async () => (await runs.allTextContents()).join(' '))
      .toMatch(/Clocks in Europe\/Berlin move from UTC\+0[12]:00 to UTC\+0[12]:00 before this run\./);

    // Beside the fields on a wide screen, also at the end of the form; below them on a narrow one.
    await button(
      page,
      'Overlap, catch-up and retries What happens when runs are slow, missed or fail',
    ).click();
    await field('Jitter').scrollIntoViewIfNeeded();
    expect(await preview.isVisible()).toBe(true);
    const [beside, typed] = [await preview.boundingBox(), await field('Jitter').boundingBox()];
    expect(beside?.y ?? -1).toBeGreaterThan(0);
    expect(beside?.x ?? 0).toBeGreaterThan((typed?.x ?? 0) + (typed?.width ?? 0));
    await page.getByText('Run in parallel', { exact: true }).waitFor();
    expect(await findings(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await isTooWide(page)).toBe(false);
    await saveNew(page);
    await heading(page, 'Shop');
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test.each(['sqlite', 'postgres'] as const)(
  'the form of a job on %s has its spread and its end, refuses wrong ones at the fields, and says them in words',
  async (dialect) => {
    const { url, admin } = await startConsoleServer({ jobTypes: [sync] }, await databaseEnv(dialect));
    const { page, faults, goTo } = await open(url, { timezoneId: 'Europe/Berlin' });
    await goTo('/jobs/new');
    await signIn(page);
    const field = (name: string) => page.getByRole('textbox', { name, exact: true });
    const errors = page.getByRole('region', { name: 'Errors' });
    await field('Name').fill('Remind');
    await page.getByRole('combobox', { name: 'Job type' }).click();
    await page.getByRole('option', { name: 'sync' }).click();
    await field('Interval').fill('1h');
    await page.getByLabel('End at (optional)').fill('2020-01-01T09:00');
    await field('Most runs').fill('3');
    await field('Spread').fill('2h');
    await saveNew(page);
    await errors
      .getByText('Spread: must be more than 0 and at most the interval, such as 1h; got "2h"')
      .waitFor();
    await field('Spread').fill('10m');
    await saveNew(page);
    await errors.getByText(/would never run/).waitFor();
    await page.getByLabel('End at (optional)').fill('2090-01-01T09:00');
    const words = 'Every hour, spread over 10 minutes, until 1 Jan 2090, 09:00, at most 3 runs';
    await page
      .getByRole('complementary', { name: 'Preview of the schedule' })
      .getByText(words)
      .first()
      .waitFor();
    await saveNew(page);
    await heading(page, 'Remind');
    await page.getByText(words).first().waitFor();
    await page.getByText('0 of 3', { exact: true }).waitFor();
    await page.getByText('for the slot').waitFor();
    const { body } = await admin.ask('GET', '/api/jobs/remind');
    expect(body).toMatchObject({ end_at: '2090-01-01T08:00:00.000Z', max_runs: 3, spread: '10m' });
    // A fixed delay has no slots to spread, so the field goes, and an edit sends none.
    await goTo('/jobs/remind/edit');
    await page.getByRole('radio', { name: 'Fixed delay' }).check();
    await expect.poll(() => field('Spread').count()).toBe(0);
    expect(faults.filter((text) => !text.includes('422'))).toEqual([]);
  },
  SLOW_MS,
);

test(
  'the form has recurrence rules: examples, errors at the field, a preview in words, and the same words at the job',
  async () => {
    const { url, admin } = await startConsoleServer({ jobTypes: [sync] });
    const { page, faults, goTo } = await open(url, { timezoneId: 'Europe/Berlin' });
    await goTo('/jobs/new');
    await signIn(page);
    const field = (name: string) => page.getByRole('textbox', { name, exact: true });
    const preview = page.getByRole('complementary', { name: 'Preview of the schedule' });
    await field('Name').fill('Report');
    await page.getByRole('combobox', { name: 'Job type' }).click();
    await page.getByRole('option', { name: 'sync' }).click();
    await page
      .getByRole('radiogroup', { name: 'Kind of schedule' })
      .getByText('Rule', { exact: true })
      .click();
    await preview.getByText('Enter a recurrence rule to see the next runs.').first().waitFor();
    await page.getByRole('button', { name: /every second Monday/ }).click();
    await page.getByText('INTERVAL=2 needs start_at, from which the intervals count').first().waitFor();
    await page.getByLabel('Start at (optional)').fill('2090-01-02T00:00');
    await page.getByRole('button', { name: 'Use Europe/Berlin' }).click();
    const words = 'Every second Monday at 09:00 (Europe/Berlin), from 2 Jan 2090, 00:00';
    await preview.getByText(words).first().waitFor();
    await preview.getByText('2 Jan 2090, 09:00').first().waitFor();
    expect(await findings(page)).toEqual([]);
    await saveNew(page);
    await heading(page, 'Report');
    await page.getByText(words).first().waitFor();
    const { body } = await admin.ask('GET', '/api/jobs/report');
    expect(body).toMatchObject({
      rrule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9',
      timezone: 'Europe/Berlin',
    });
    expect(faults.filter((text) => !text.includes('422'))).toEqual([]);
  },
  SLOW_MS,
);
