import { defineJobType } from '@greenvue/jobs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findings } from '../../../packages/console/test/axe.ts';
import { startSmtp } from '../src/testing/test-smtp.ts';
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
const open = startBrowser();

// Promise P24, alerts.
test(
  'an admin creates a channel, tests it, sees what was sent, and deletes the channel',
  async () => {
    const smtp = await startSmtp();
    const { url, admin } = await startConsoleServer({ jobTypes: [exportListings] }, { SMTP_URL: smtp.url });
    const { page, faults, goTo } = await open(url);
    await goTo('/channels');
    await signIn(page);
    await heading(page, 'Channels');
    await page.getByText('nobody is told when a job fails').waitFor();
    expect(await findings(page)).toEqual([]);

    await button(page, 'New channel').click();
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

    await button(page, 'Delete ops').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete channel' }).click();
    await page.getByText('nobody is told when a job fails').waitFor();
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
    await button(page, 'Done').click();
    await page.getByText('webhook: https://example.com/…').waitFor();
    expect(await page.getByText('secret-path').count()).toBe(0);
    expect(await done(admin, 'GET', '/api/alert-channels')).toMatchObject({ data: [{ id: 'hook' }] });
  },
  SLOW_MS,
);
