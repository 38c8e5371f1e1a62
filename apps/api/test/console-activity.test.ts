import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { findings } from '../../../packages/console/test/axe.ts';
import { databaseEnv } from '../src/testing/test-app.ts';
import { textOf } from '../src/testing/test-bodies.ts';
import { done, logIn, startConsoleServer } from './console/console-server.ts';
import { button, heading, isTooWide, PASSWORD, SLOW_MS, signIn, startBrowser } from './console/visit.ts';

const open = startBrowser();
const ANN = 'ann@example.com';

const changes = (page: Page) => page.getByRole('region', { name: 'Changes' }).getByRole('listitem');
const bar = (page: Page) => page.getByRole('search', { name: 'Activity' });

test.each(['sqlite', 'postgres'] as const)(
  'an operator finds who paused a job and who cancelled its run, and takes the list along (%s)',
  async (dialect) => {
    const { url, admin } = await startConsoleServer({}, await databaseEnv(dialect));
    const account = { email: ANN, name: 'Ann', password: PASSWORD };
    const id = textOf(await done(admin, 'POST', '/api/auth/register', account), 'user', 'id');
    await done(admin, 'PATCH', `/api/users/${id}`, { role: 'operator' });
    const ann = await logIn(url, ANN);
    const fields = { type: 'update_search_index', on_demand: true, overlap: 'allow' };
    await done(admin, 'POST', '/api/jobs', { id: 'import', name: 'Nightly import', ...fields });
    await done(admin, 'POST', '/api/jobs', { id: 'other', name: 'Another job', ...fields });
    await done(ann, 'POST', '/api/jobs/import/pause', { reason: 'maintenance' });
    const run = textOf(await done(admin, 'POST', '/api/jobs/import/runs', {}), 'id');
    await done(ann, 'POST', `/api/runs/${run}/cancel`, {});

    const { page, faults, goTo } = await open(url);
    await goTo('/activity');
    await signIn(page, { email: ANN });
    await heading(page, 'Activity');
    const paused = changes(page).filter({ hasText: 'You paused Nightly import: maintenance' });
    await paused.waitFor();
    const cancelled = changes(page).filter({ hasText: 'You cancelled a run of Nightly import' });
    await cancelled.waitFor();
    expect(await changes(page).count()).toBe(5);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await findings(page)).toEqual([]);
    }

    // The filters are in the address, so a reload and a shared link show the same list.
    await bar(page).getByRole('textbox', { name: 'Job id' }).fill('import');
    await page.keyboard.press('Enter');
    await expect.poll(() => changes(page).count()).toBe(4);
    await bar(page).getByRole('combobox', { name: 'What' }).selectOption({ label: 'Cancelled a run' });
    await expect.poll(() => changes(page).count()).toBe(1);
    await bar(page).getByRole('combobox', { name: 'Who' }).selectOption({ label: 'You' });
    await bar(page).getByRole('combobox', { name: 'Time' }).selectOption({ label: 'Last hour' });
    const query = `?actor=user%3A${id}&action=run.cancel&job_id=import&range=1h`;
    await expect.poll(() => new URL(page.url()).search).toBe(query);
    await page.reload();
    await cancelled.waitFor();
    expect(await changes(page).count()).toBe(1);

    // A change that somebody makes now appears by itself.
    await button(page, 'Clear filters').click();
    await expect.poll(() => changes(page).count()).toBe(5);
    await done(admin, 'POST', '/api/jobs/import/resume', {});
    await changes(page).filter({ hasText: 'resumed Nightly import' }).waitFor();

    const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Export CSV').click()]);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
    expect(lines[0]).toBe('id,at,actor,action,target,job_id,job_name,change');
    expect(lines).toHaveLength(7);

    await cancelled.getByRole('link', { name: 'a run' }).click();
    await expect.poll(() => page.url()).toBe(`${url}/console/runs/${run}`);
    await page.goBack();
    await paused.getByRole('link', { name: 'Nightly import' }).click();
    await heading(page, 'Nightly import');
    // The page of the job says the same, with the cancel of its run.
    const own = page.getByRole('region', { name: 'Activity' });
    await own.getByText('You paused this job: maintenance').waitFor();
    await own.getByText('You cancelled a run of this job').waitFor();
    await own.getByRole('link', { name: 'Filter and export' }).click();
    await heading(page, 'Activity');
    await expect.poll(() => changes(page).count()).toBe(5);

    await page.setViewportSize({ width: 390, height: 800 });
    expect(await isTooWide(page)).toBe(false);
    expect(await findings(page)).toEqual([]);
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test(
  'the list is read and filtered by keyboard, page by page',
  async () => {
    const { url, admin } = await startConsoleServer();
    const fields = { name: 'Job', type: 'update_search_index', on_demand: true };
    await done(admin, 'POST', '/api/jobs', { id: 'a', ...fields });
    for (let n = 0; n < 60; n += 1) {
      await done(admin, 'POST', '/api/jobs/a/pause', {});
      await done(admin, 'POST', '/api/jobs/a/resume', {});
    }
    const { page, goTo, faults } = await open(url);
    await goTo('/activity');
    await signIn(page);
    await expect.poll(() => changes(page).count()).toBe(100);
    await button(page, 'Earlier changes').focus();
    await page.keyboard.press('Enter');
    await changes(page).filter({ hasText: 'created Job' }).waitFor();
    expect(await changes(page).count()).toBe(121);
    await bar(page).getByRole('combobox', { name: 'What' }).focus();
    await page.keyboard.press('C');
    await expect.poll(() => changes(page).count()).toBe(1);
    await page.keyboard.press('Tab');
    await page.keyboard.type('nobody');
    await page.keyboard.press('Enter');
    await page.getByText('No change fits all filters.').waitFor();
    expect(await findings(page)).toEqual([]);
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
