import { defineJobType } from '@greenvue/jobs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findings } from '../../../packages/console/test/axe.ts';
import { databaseEnv } from '../src/testing/test-app.ts';
import { textOf } from '../src/testing/test-bodies.ts';
import type { Dialect } from '../src/testing/test-database.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import { button, heading, isTooWide, SLOW_MS, signIn, startBrowser } from './console/visit.ts';

const report = defineJobType({
  type: 'report',
  payload: z.strictObject({ rows: z.number() }),
  maxAttempts: 1,
  run: async ({ payload: { rows }, log }) => {
    log.info(`reads ${rows} rows`);
    if (rows > 100) throw new RangeError(`${rows} rows are too many`);
    return { rows };
  },
});

const open = startBrowser();

test.each<Dialect>(['sqlite', 'postgres'])(
  'a failed run is compared with the last success, and with any other run of the job: on %s',
  async (dialect) => {
    const { url, admin } = await startConsoleServer({ jobTypes: [report] }, await databaseEnv(dialect));
    const job = { id: 'report', name: 'Report', type: 'report', on_demand: true, payload: { rows: 7 } };
    await done(admin, 'POST', '/api/jobs', job);
    const runOf = async (status: string): Promise<string> => {
      const id = textOf(await done(admin, 'POST', '/api/jobs/report/runs', {}), 'id');
      await expect
        .poll(async () => textOf(await done(admin, 'GET', `/api/runs/${id}`), 'status'))
        .toBe(status);
      return id;
    };
    const good = await runOf('succeeded');
    await done(admin, 'PATCH', '/api/jobs/report', { payload: { rows: 400 }, timeout: '1m' });
    const bad = await runOf('failed');
    const worse = await runOf('failed');

    const { page, faults, goTo } = await open(url);
    await goTo(`/runs/${worse}`);
    await signIn(page);
    await heading(page, `Run ${worse}`);
    await page.getByRole('link', { name: 'Compare', exact: true }).click();
    await heading(page, 'Compare two runs');
    const first = page.getByRole('region', { name: 'First run' });
    await first.getByRole('link', { name: `Run ${good}` }).waitFor();
    await page.getByRole('row', { name: /^Status differs succeeded failed/ }).waitFor();
    await page.getByRole('row', { name: 'Version of the job differs 1 2' }).waitFor();
    const payload = page.getByRole('group', { name: 'Difference of the payload' });
    await payload.locator('del').filter({ hasText: '"rows": 7' }).waitFor();
    await payload.locator('ins').filter({ hasText: '"rows": 400' }).waitFor();
    const definition = page.getByRole('group', { name: 'Changes from version 1 to version 2' });
    await definition.locator('ins').filter({ hasText: 'timeout: 1m' }).waitFor();
    await page
      .getByRole('group', { name: 'the error of the second run' })
      .getByText('400 rows are too many')
      .waitFor();
    await page.getByText('The first run has no error.').waitFor();
    // Only one run has a result, so there is nothing to compare.
    await page.getByText('The second run has no result. The result of the other run:').waitFor();
    expect(await page.getByRole('group', { name: 'Difference of the result' }).count()).toBe(0);
    await page.getByRole('group', { name: 'the log of the first run' }).getByText('reads 7 rows').waitFor();
    await page
      .getByRole('group', { name: 'the log of the second run' })
      .getByText('reads 400 rows')
      .waitFor();
    for (const [colorScheme, width] of [
      ['dark', 390],
      ['light', 1280],
    ] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 900 });
      expect(await findings(page)).toEqual([]);
      expect(await isTooWide(page), `wider than ${width} px`).toBe(false);
    }

    await first.getByRole('combobox', { name: 'Choose the first run' }).selectOption(bad);
    await page.waitForURL((at) => at.searchParams.get('a') === bad && at.searchParams.get('b') === worse);
    await page.getByText('Both runs failed in the same way.').waitFor();
    await page.getByText('Both runs have the same payload.').waitFor();
    await page.goBack();
    await first.getByRole('link', { name: `Run ${good}` }).waitFor();
    await goTo(`/compare?a=1&b=${bad}`);
    await page.getByText('The server has no run 1.').waitFor();
    await goTo('/compare');
    await page.getByText('Choose two runs in a list of runs, or open a run and choose Compare.').waitFor();
    await button(page, 'Compare').waitFor({ state: 'detached' });

    // Two runs are chosen in a list, in any order: the older one is the first. A third run replaces one.
    const choose = (id: string) => page.getByLabel(`Choose run ${id} to compare`).check();
    for (const list of ['/runs', '/jobs/report']) {
      await goTo(list);
      await choose(good);
      await page.getByText('1 run is chosen. Choose another one to compare them.').waitFor();
      await choose(worse);
      await choose(bad);
      expect(await page.getByLabel(`Choose run ${good} to compare`).isChecked()).toBe(false);
      expect(await findings(page)).toEqual([]);
      await page.getByRole('link', { name: 'Compare them' }).click();
      await page.waitForURL((at) => at.searchParams.get('a') === bad && at.searchParams.get('b') === worse);
      await heading(page, 'Compare two runs');
    }
    // Other filters keep the choice.
    await goTo('/runs');
    await choose(good);
    await button(page, 'Failed').click();
    await page.waitForURL((at) => at.searchParams.get('status') === 'failed');
    await choose(bad);
    await page.getByRole('link', { name: 'Compare them' }).waitFor();
    await button(page, 'Clear the choice').click();
    await page.getByText('2 runs are chosen.').waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
