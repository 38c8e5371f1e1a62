import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { findings } from '../../../packages/console/test/axe.ts';
import { databaseEnv } from '../src/testing/test-app.ts';
import { type Dialect, temporaryFolder } from '../src/testing/test-database.ts';
import { freePort } from '../src/testing/test-process.ts';
import { done } from './console/console-server.ts';
import {
  button,
  EMAIL,
  heading,
  isTooWide,
  PASSWORD,
  SLOW_MS,
  signIn,
  startBrowser,
} from './console/visit.ts';
import { becomeOperator, type Operator, startServer } from './operator.ts';
import { until } from './shell.ts';

const open = startBrowser();

const trends = (page: Page) => page.getByRole('region', { name: 'Over time' });
const range = (page: Page, name: string) => trends(page).getByRole('button', { name, exact: true });

/** Three runs that succeed and one that fails. */
async function runJobs(operator: Operator): Promise<void> {
  const search = { id: 'search', name: 'Search', type: 'update_search_index', on_demand: true };
  await done(operator, 'POST', '/api/jobs', search);
  for (let n = 0; n < 3; n += 1) await operator.run('search');
  const calls = { id: 'calls', name: 'Calls', type: 'http_request', on_demand: true, max_attempts: 1 };
  await done(operator, 'POST', '/api/jobs', { ...calls, payload: { url: 'http://127.0.0.1:1/' } });
  await done(operator, 'POST', '/api/jobs/calls/runs');
  await until('the call has failed', async () => {
    const { body } = await operator.ask('GET', '/api/jobs/calls/runs?status=failed&limit=1');
    return JSON.stringify(body).includes('"failed"');
  });
}

test.each<Dialect>(['sqlite', 'postgres'])(
  'success rate, durations and the last hour survive a restart, and the range is in the URL: on %s',
  async (dialect) => {
    const env = {
      DATA_DIR: await temporaryFolder(),
      PORT: String(await freePort()),
      ADMIN_EMAIL: EMAIL,
      ADMIN_PASSWORD: PASSWORD,
      ...(await databaseEnv(dialect)),
    };
    const server = await startServer(env);
    await runJobs(await becomeOperator(env));
    server.child.kill('SIGTERM');
    await server.ended();
    await startServer(env);

    const { page, faults, goTo } = await open(`http://127.0.0.1:${env.PORT}`);
    await goTo('/');
    await signIn(page);
    await heading(page, 'Overview');
    const minutes = page.getByRole('region', { name: 'Runs per minute' });
    await minutes.getByText('succeeded 3').waitFor();
    await minutes.getByText('failed 1').waitFor();

    await trends(page).getByText('75 %').waitFor();
    await trends(page).getByText('3 succeeded, 1 failed').waitFor();
    expect(await range(page, '24 h').getAttribute('aria-pressed')).toBe('true');
    for (const [name, query] of [
      ['7 d', 'range=7d'],
      ['90 d', 'range=90d'],
      ['1 h', 'range=1h'],
    ] as const) {
      await range(page, name).click();
      await page.waitForURL((url) => url.search.includes(query));
      await trends(page).getByText('3 succeeded, 1 failed').waitFor();
    }
    // A link with the range opens the same view.
    await page.reload();
    if (await page.getByLabel('E-mail').isVisible()) await signIn(page);
    await trends(page).getByText('75 %').waitFor();
    expect(await range(page, '1 h').getAttribute('aria-pressed')).toBe('true');

    await trends(page).getByLabel('Job type').selectOption('http_request');
    await trends(page).getByText('0 succeeded, 1 failed').waitFor();
    await trends(page).getByText('0 %', { exact: true }).waitFor();
    await trends(page).getByLabel('Job type').selectOption('');

    // A range of one's own: nothing ran in it.
    await range(page, 'Custom…').click();
    await trends(page).getByLabel('From').fill('2020-01-01T00:00');
    await trends(page).getByLabel('To').fill('2020-01-02T00:00');
    await button(page, 'Show').click();
    await page.waitForURL((url) => url.search.includes('from='));
    await trends(page).getByText('0 succeeded, 0 failed').waitFor();

    await goTo('/jobs/search?range=7d');
    await heading(page, 'Search');
    await trends(page).getByText('100 %', { exact: true }).waitFor();
    await trends(page).getByText('3 succeeded, 0 failed').waitFor();
    await trends(page).getByText('Show as table').click();
    await trends(page).getByRole('row').nth(1).getByRole('cell', { name: '3', exact: true }).waitFor();
    expect(await findings(page)).toEqual([]);
    for (const width of [390, 820]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await isTooWide(page)).toBe(false);
    }
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
