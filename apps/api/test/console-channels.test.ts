import { defineJobType } from '@greenvue/jobs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findings } from '../../../packages/console/test/axe.ts';
import { databaseEnv } from '../src/testing/test-app.ts';
import type { Dialect } from '../src/testing/test-database.ts';
import { startSmtp } from '../src/testing/test-smtp.ts';
import { closesUnchanged } from './console/closes-unchanged.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import { button, heading, SLOW_MS, signIn, startBrowser } from './console/visit.ts';

const exportListings = defineJobType({
  type: 'export_listings',
  module: import.meta.url,
  payload: z.strictObject({}),
  run: async () => {
    throw new Error('disk full');
  },
});
const deliveries = z.looseObject({ data: z.array(z.looseObject({})) });
const open = startBrowser();

// Promise P24, alerts.
test.each<Dialect>(['sqlite', 'postgres'])(
  'an admin creates a channel, tests it, sees what was sent, and deletes the channel: on %s',
  async (dialect) => {
    const smtp = await startSmtp();
    const env = { ...(await databaseEnv(dialect)), SMTP_URL: smtp.url };
    const { url, admin } = await startConsoleServer({ jobTypes: [exportListings] }, env);
    const { page, faults, goTo } = await open(url);
    await goTo('/channels');
    await signIn(page);
    await heading(page, 'Channels');
    await page.getByText('nobody gets an alert when a job fails').waitFor();
    expect(await findings(page)).toEqual([]);

    await button(page, 'New channel').click();
    await page.getByLabel('Id', { exact: true }).fill('other');
    await closesUnchanged(page, 'Cancel');
    await button(page, 'New channel').click();
    expect(await page.getByLabel('Id', { exact: true }).inputValue()).toBe('');
    await page.getByLabel('Id', { exact: true }).fill('ops');
    await page.getByLabel('Addresses', { exact: true }).fill('not an address');
    await button(page, 'Create channel').click();
    await page.getByRole('alert').getByText('must be an e-mail address').waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByLabel('Addresses', { exact: true }).fill('ann@example.com, bo@example.com');
    await page.getByLabel('Slow', { exact: true }).click();
    await button(page, 'Create channel').click();
    await page.getByText('email: ann@example.com, bo@example.com').waitFor();
    await button(page, 'Test ops').click();
    await page.getByText('The sample arrived at').waitFor();
    expect(smtp.received).toHaveLength(1);

    const job = { id: 'nightly', name: 'Nightly export', type: 'export_listings', on_demand: true };
    await done(admin, 'POST', '/api/jobs', { ...job, max_attempts: 1 });
    await done(admin, 'POST', '/api/jobs/nightly/runs', {});
    await page.getByRole('link', { name: 'Nightly export' }).waitFor();
    await page.getByRole('cell', { name: 'Sent', exact: true }).waitFor();
    await page.getByText('disk full').waitFor();
    expect(await findings(page)).toEqual([]);

    // The filters of the alerts are in the URL.
    await page.getByRole('combobox', { name: 'Condition' }).selectOption('recovered');
    await page.getByText('No alerts').waitFor();
    await page.getByRole('combobox', { name: 'Condition' }).selectOption('failed');
    await page.getByRole('combobox', { name: 'Channel' }).selectOption('ops');
    await page.waitForURL(
      ({ searchParams: of }) => of.get('channel') === 'ops' && of.get('condition') === 'failed',
    );
    await page.reload();
    await page.getByText('disk full').waitFor();

    // An alert leads to all failures of its cause; a job that needs attention to its own.
    await page.getByRole('link', { name: /^All failures of this cause/ }).click();
    await heading(page, 'Failures');
    await page.getByText('Only failures of the cause').waitFor();
    // An alert may be read days later.
    await page.getByText('1 failed run in the last 7 days, 1 cause').waitFor();
    await button(page, '90 d').click();
    await page.getByText('1 failed run in the last 90 days, 1 cause').waitFor();
    expect(new URL(page.url()).searchParams.get('fingerprint')).toMatch(/^[0-9a-f]{16}$/);
    expect(await findings(page)).toEqual([]);
    await goTo('/');
    await heading(page, 'Overview');
    await page.getByRole('link', { name: 'Causes of its failures' }).click();
    await page.waitForURL(/\/failures\?job_id=nightly&range=7d$/);
    await page.getByText('Only failures of the job nightly').waitFor();
    await button(page, 'Show all failures').click();
    await page.waitForURL(/\/failures\?range=7d$/);

    await goTo('/channels');
    await button(page, 'Edit ops').click();
    const edit = page.getByRole('dialog', { name: 'Edit channel ops' });
    await edit.waitFor();
    await closesUnchanged(page, 'Cancel');
    await button(page, 'Edit ops').click();
    expect(await edit.getByLabel('Addresses', { exact: true }).inputValue()).toBe(
      'ann@example.com, bo@example.com',
    );
    await edit.getByLabel('Addresses', { exact: true }).fill('nobody');
    await edit.getByLabel('For all jobs').click();
    await edit.getByLabel('Slow', { exact: true }).click();
    await edit.getByRole('button', { name: 'Save' }).click();
    await edit.getByRole('alert').getByText('must be an e-mail address').waitFor();
    expect(await findings(page)).toEqual([]);
    await edit.getByRole('switch').first().click();
    await edit.getByLabel('Addresses', { exact: true }).fill('cy@example.com');
    await edit.getByRole('button', { name: 'Save' }).click();
    await edit.waitFor({ state: 'hidden' });
    await page.getByText('email: cy@example.com').waitFor();
    await page.getByText('Off', { exact: true }).waitFor();
    expect(await done(admin, 'GET', '/api/alert-channels/ops')).toMatchObject({
      config: { to: ['cy@example.com'] },
      all_jobs: false,
      enabled: false,
      conditions: null,
    });

    await button(page, 'Delete ops').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete channel' }).click();
    await page.getByText('nobody gets an alert when a job fails').waitFor();
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test(
  'the secret of a webhook is shown once, and its address never whole',
  async () => {
    const { url, admin } = await startConsoleServer({ jobTypes: [exportListings] });
    const { page, goTo } = await open(url);
    await goTo('/channels');
    await signIn(page);
    await heading(page, 'Channels');
    await button(page, 'New channel').click();
    await page.getByLabel('Id', { exact: true }).fill('hook');
    await page.getByRole('combobox', { name: 'Kind' }).click();
    await page.getByRole('option', { name: 'Webhook' }).click();
    await page.getByLabel('Address', { exact: true }).fill('https://example.com/secret-path');
    await button(page, 'Create channel').click();
    await page.getByText('Copy the signing secret now').waitFor();
    await page.getByText(/^whsec_/).waitFor();
    expect(await findings(page)).toEqual([]);
    await closesUnchanged(page, 'Done');
    await page.getByText('webhook: https://example.com/…').waitFor();
    expect(await page.getByText('secret-path').count()).toBe(0);
    expect(await done(admin, 'GET', '/api/alert-channels')).toMatchObject({ data: [{ id: 'hook' }] });

    // An edit keeps the address, and makes a new secret on request.
    await button(page, 'Edit hook').click();
    await page.getByLabel('Make a new signing secret').click();
    await button(page, 'Save').click();
    await page.getByText('Copy the signing secret now').waitFor();
    await button(page, 'Done').click();
    await page.getByText('webhook: https://example.com/…').waitFor();
  },
  SLOW_MS,
);

test(
  'undeliverable alerts of a channel are found, and all sent again',
  async () => {
    const { url, admin } = await startConsoleServer({ jobTypes: [exportListings] });
    // Nothing listens there, and the address is not allowed.
    const config = { url: 'http://127.0.0.1:9/hook' };
    await done(admin, 'POST', '/api/alert-channels', { id: 'hook', kind: 'webhook', config });
    const job = { id: 'nightly', name: 'Nightly export', type: 'export_listings', on_demand: true };
    await done(admin, 'POST', '/api/jobs', { ...job, max_attempts: 1 });
    await done(admin, 'POST', '/api/jobs/nightly/runs', {});
    const { page, faults, goTo } = await open(url);
    // As after an hour of tries, which a test can't wait for.
    await page.route(/\/api\/alert-deliveries\?/, async (route) => {
      const answer = await route.fetch({ url: route.request().url().replace('status=undeliverable', '') });
      const body = deliveries.parse(await answer.json());
      const data = body.data.map((one) => ({ ...one, status: 'undeliverable' }));
      await route.fulfill({ json: { ...body, data } });
    });
    await goTo('/channels?channel=hook&status=undeliverable');
    await signIn(page);
    await heading(page, 'Channels');
    await page.getByRole('link', { name: 'Nightly export' }).waitFor();
    expect(await findings(page)).toEqual([]);
    await button(page, 'Send all again').click();
    const question = page.getByRole('dialog', { name: 'Send 1 alert again?' });
    await question.waitFor();
    expect(await findings(page)).toEqual([]);
    const [sent] = await Promise.all([
      page.waitForRequest(/\/api\/alert-deliveries\/\d+\/retry$/),
      question.getByRole('button', { name: 'Send 1 alert again' }).click(),
    ]);
    expect(sent.method()).toBe('POST');
    await page.getByText('1 alert is sent again.').waitFor();
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
