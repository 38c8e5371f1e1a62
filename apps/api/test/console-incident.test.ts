import { defineJobType } from '@greenvue/jobs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findings } from '../../../packages/console/test/axe.ts';
import { databaseEnv } from '../src/testing/test-app.ts';
import type { Dialect } from '../src/testing/test-database.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import { button, heading, SLOW_MS, signIn, startBrowser, type Visit } from './console/visit.ts';

const open = startBrowser();

const sync = defineJobType({
  type: 'sync',
  payload: z.strictObject({ fullReindex: z.boolean().default(false) }),
  maxAttempts: 3,
  backoff: { initial: '1h', max: '1h', factor: 1, jitter: 0 },
  run: async () => {
    throw new TypeError('connect ECONNREFUSED 10.0.0.7:443');
  },
});

const WEEK_MS = 604_800_000;

/** A server with a job that fails and is paused, and one that waits for a retry; the overview is open. */
async function openIncident(dialect: Dialect): Promise<Visit> {
  const { url, admin } = await startConsoleServer({ jobTypes: [sync] }, await databaseEnv(dialect));
  await done(admin, 'POST', '/api/jobs', { id: 'shop', name: 'Sync the shop', type: 'sync', interval: '5m' });
  await done(admin, 'POST', '/api/jobs', { id: 'stock', name: 'Stock', type: 'sync', on_demand: true });
  for (const id of ['shop', 'stock']) await done(admin, 'POST', `/api/jobs/${id}/runs`, {});
  const visit = await open(url);
  await visit.goTo('/');
  await signIn(visit.page);
  await heading(visit.page, 'Overview');
  await visit.page.getByRole('region', { name: 'Needs attention' }).getByText('Sync the shop').waitFor();
  const until = new Date(Date.now() + WEEK_MS).toISOString();
  await done(admin, 'POST', '/api/jobs/shop/pause', { reason: 'Stock taking', until });
  return visit;
}

test.each<Dialect>(['sqlite', 'postgres'])(
  'a job that fails and is paused says both everywhere, with its error, and its runs say why they ended: on %s',
  async (dialect) => {
    const { page, goTo, faults } = await openIncident(dialect);
    const attention = page.getByRole('region', { name: 'Needs attention' });
    await attention
      .getByText(/^failing.* for \d+ (s|min): TypeError: connect ECONNREFUSED 10\.0\.0\.7:443$/)
      .waitFor();
    await attention.getByText(/^paused until \d+ \w+, \d\d:\d\d$/).waitFor();
    // The tiles lead to the jobs that they count.
    const main = page.getByRole('main');
    await expect
      .poll(() => main.getByRole('link', { name: '1', exact: true }).first().getAttribute('href'))
      .toBe('/console/jobs?status=active');

    await goTo('/jobs');
    const row = page.getByRole('row', { name: 'Sync the shop' });
    for (const text of ['failing', 'paused', 'Stock taking']) await row.getByText(text).first().waitFor();
    await row.getByText(/^until \d+ \w+, \d\d:\d\d$/).waitFor();
    const waiting = page.getByRole('row', { name: 'Stock' });
    await waiting.getByText('waits for a retry').waitFor();
    await waiting.getByText('Manual only').waitFor();

    await goTo('/jobs/shop');
    const health = page.getByRole('region', { name: 'Health', exact: true });
    await health.getByText('TypeError: connect ECONNREFUSED 10.0.0.7:443').waitFor();
    await health.getByText(/It recovers with the next success\.$/).waitFor();
    const pause = page.getByRole('region', { name: 'Pause', exact: true });
    await pause.getByText(/Stock taking/).waitFor();
    await pause.getByRole('button', { name: 'Resume' }).waitFor();
    // Times are no tab stops, and the audit log shows them in the zone of the page.
    expect(await page.locator('time[tabindex]').count()).toBe(0);
    const activity = page.getByRole('region', { name: 'Activity' });
    await activity.getByText(/You paused this job until .+: Stock taking/).waitFor();
    expect(await activity.textContent()).not.toMatch(/\d{4}-\d\d-\d\dT/);
    expect(await page.getByRole('link', { name: 'Duplicate' }).count()).toBe(1);
    expect(await findings(page)).toEqual([]);

    await health.getByRole('link', { name: 'Open the last failed run' }).click();
    await main.getByText('Failed after 1 of 3 attempts; the second would have met the next slot.').waitFor();
    await main.getByText(/^paused until /).waitFor();
    // The key asks, too: it starts nothing by itself.
    await page.keyboard.press('r');
    const question = page.getByRole('dialog', { name: 'Run this again?' });
    await question
      .getByText(/^A new run of Sync the shop starts now, with the payload that the job has now\.$/)
      .waitFor();
    expect(await question.textContent()).not.toContain('slot');
    await question.getByRole('button', { name: 'Cancel' }).click();
    await question.waitFor({ state: 'hidden' });
    await button(page, 'Run again').click();
    await question.getByRole('button', { name: 'Run again' }).click();
    await main.getByText('Manual retry', { exact: true }).waitFor();
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test.each<Dialect>(['sqlite', 'postgres'])(
  'a run from the list is asked about first, a wrong payload is named as in the form, and problems go away: on %s',
  async (dialect) => {
    const { page, goTo, faults } = await openIncident(dialect);
    await goTo('/jobs');
    await button(page, 'Run shop now').click();
    const dialog = page.getByRole('dialog', { name: 'Run this job now?' });
    await dialog.getByText('Sync the shop').waitFor();
    await dialog.getByRole('checkbox', { name: 'Use another payload for this run' }).check();
    await dialog.getByRole('textbox', { name: 'Payload' }).fill('{ "fullReindex": "yes" }');
    await dialog.getByRole('button', { name: 'Run now' }).click();
    await dialog
      .getByRole('alert')
      .getByText(/^Full reindex: /)
      .waitFor();
    // The dialog says it, and so does a notice, until an attempt succeeds.
    const problem = page.getByText(/^Could not run .shop.$/);
    await problem.waitFor();
    await dialog.getByRole('textbox', { name: 'Payload' }).fill('{ "fullReindex": true }');
    await dialog.getByRole('button', { name: 'Run now' }).click();
    await page.getByText(/^Started a run of .shop.\.$/).waitFor();
    await problem.waitFor({ state: 'hidden' });
    await dialog.waitFor({ state: 'hidden' });
    expect(page.url()).toMatch(/\/jobs$/);
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
