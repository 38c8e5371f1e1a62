import { defineJobType } from '@greenvue/jobs';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findings } from '../../../packages/console/test/axe.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import { button, heading, runIs, runNow, SLOW_MS, saveNew, signIn, startBrowser } from './console/visit.ts';

const open = startBrowser();

const backUp = defineJobType({
  type: 'back_up',
  payload: z.strictObject({}),
  maxAttempts: 1,
  pauseAfter: { failures: 9 },
  run: async () => {
    throw new Error('the disk is full');
  },
});

const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });
const foldOf = (page: Page) => page.getByRole('button', { name: /Tags, failure budget and alerts/ });

test(
  'an admin watches a new job; its failures pause it, and its page says why',
  async () => {
    const { url, admin } = await startConsoleServer({ jobTypes: [backUp] });
    const { page, faults, goTo } = await open(url);
    const saved = () => done(admin, 'GET', '/api/jobs/back-up');
    await goTo('/jobs/new?type=back_up');
    await signIn(page);
    await field(page, 'Name').fill('Back up');
    await page.getByText('Manual only', { exact: true }).click();
    await foldOf(page).click();
    await page.getByText('After 9 failed runs in a row.').waitFor();
    await field(page, 'Tags').fill('eu, billing');
    await page.getByText('After failed runs', { exact: true }).click();
    await field(page, 'Failed runs').fill('5');
    await field(page, 'Of the last runs').fill('3');
    await field(page, 'A success at least every').fill('26 hours');
    await field(page, 'Ping URL').fill('https://monitor.example/1');
    expect(await findings(page)).toEqual([]);

    // The faults are at the fields of the section, which opens for them.
    await foldOf(page).click();
    await saveNew(page);
    await page.getByText(/^Must be a whole number from pause_after.failures \(5\) to 50/).waitFor();
    await page.getByText(/^Must be a duration|^Has an unknown unit/).waitFor();
    await field(page, 'Failed runs').fill('2');
    await field(page, 'A success at least every').fill('26h');
    await saveNew(page);
    await heading(page, 'Back up');
    expect(await saved()).toMatchObject({
      tags: ['billing', 'eu'],
      pause_after: { failures: 2, of_last: 3 },
      expect: { success_within: '26h', duration: null, start_within: null },
      ping_url: 'https://monitor.example/1',
    });
    const main = page.getByRole('main');
    await main.getByText('The engine pauses the job once 2 of its last 3 runs have failed.').waitFor();
    await main.getByText('Without a success for longer, the job is overdue.').waitFor();

    for (let n = 0; n < 2; n += 1) {
      await goTo('/jobs/back-up');
      await heading(page, 'Back up');
      await runNow(page);
      await runIs(page, 'failed');
    }
    await goTo('/jobs/back-up');
    await heading(page, 'Back up');
    const reason = 'the last 2 runs failed (failure budget: 2 of 3)';
    await main.getByText('Too many runs failed, so the engine paused this job').waitFor();
    await main.getByText(`By the engine: ${reason}`).waitFor();
    await button(page, 'Resume').waitFor();
    await main.getByText('the engine', { exact: true }).first().waitFor();
    expect(await findings(page)).toEqual([]);
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test(
  'an edit shows what changes of how a job is watched, and two edits are merged',
  async () => {
    const { url, admin } = await startConsoleServer({ jobTypes: [backUp] });
    const { page, faults, goTo } = await open(url);
    const job = { id: 'back-up', name: 'Back up', type: 'back_up', on_demand: true, tags: ['eu'] };
    await done(admin, 'POST', '/api/jobs', { ...job, pause_after: { failures: 3 } });
    await goTo('/jobs/back-up/edit');
    await signIn(page);
    await foldOf(page).click();
    expect(await field(page, 'Tags').inputValue()).toBe('eu');
    await page.getByText('Never', { exact: true }).click();
    await field(page, 'Longest run').fill('10m');

    await done(admin, 'PATCH', '/api/jobs/back-up', { tags: ['eu', 'billing'] });
    await button(page, 'Review and save').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Failure budget').waitFor();
    await dialog.getByText('3 in a row').waitFor();
    await dialog.getByText('Expected: Longest run').waitFor();
    const save = page.getByRole('button', { name: /^Save changes/ });
    await save.click();
    await button(page, 'Keep both, mine wins').click();
    await save.click();
    await heading(page, 'Back up');
    expect(await done(admin, 'GET', '/api/jobs/back-up')).toMatchObject({
      tags: ['billing', 'eu'],
      pause_after: 'none',
      expect: { success_within: null, duration: '10m', start_within: null },
    });
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
