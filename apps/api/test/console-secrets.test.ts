import { defineJobType } from '@greenvue/jobs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findings } from '../../../packages/console/test/axe.ts';
import { databaseEnv } from '../src/testing/test-app.ts';
import type { Dialect } from '../src/testing/test-database.ts';
import { closesUnchanged } from './console/closes-unchanged.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import { button, heading, SLOW_MS, signIn, startBrowser } from './console/visit.ts';

const keeper = defineJobType({
  type: 'keeper',
  module: import.meta.url,
  payload: z.strictObject({ token: z.string().meta({ secret: true }) }),
  run: async () => undefined,
});
const open = startBrowser();

// Promise P40, secrets in payloads.
test.each<Dialect>(['sqlite', 'postgres'])(
  'an admin creates a secret, replaces its value, sees which job uses it, and deletes it once none does: on %s',
  async (dialect) => {
    const { url, admin } = await startConsoleServer({ jobTypes: [keeper] }, await databaseEnv(dialect));
    const { page, faults, goTo } = await open(url);
    await goTo('/secrets');
    await signIn(page);
    await heading(page, 'Secrets');
    await page.getByText('No secrets. Create one').waitFor();
    expect(await findings(page)).toEqual([]);

    await button(page, 'New secret').click();
    await page.getByLabel('Name', { exact: true }).fill('a b');
    await page.getByLabel('Value', { exact: true }).fill('hunter2-hunter2');
    await button(page, 'Create secret').click();
    await page.getByRole('alert').getByText('must be the name of a secret').waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByLabel('Name', { exact: true }).fill('API_KEY');
    await button(page, 'Create secret').click();
    await page.getByRole('rowheader', { name: 'API_KEY' }).waitFor();
    await page.getByText('No job', { exact: true }).waitFor();
    await page.getByText('by you').waitFor();

    const payload = { token: { $secret: 'API_KEY' } };
    await done(admin, 'POST', '/api/jobs', {
      id: 'kept',
      name: 'Kept',
      type: 'keeper',
      on_demand: true,
      payload,
    });
    await page.reload();
    await page.getByRole('link', { name: 'kept' }).waitFor();
    expect(await button(page, 'Delete API_KEY').isDisabled()).toBe(true);
    await button(page, 'Replace the value of API_KEY').click();
    await closesUnchanged(page, 'Cancel');
    await button(page, 'Replace the value of API_KEY').click();
    await page.getByLabel('Value', { exact: true }).fill('another');
    await button(page, 'Replace value').click();
    await page.getByText(/^Replaced .*API_KEY/).waitFor();
    expect(await findings(page)).toEqual([]);

    await done(admin, 'DELETE', '/api/jobs/kept');
    await page.reload();
    await button(page, 'Delete API_KEY').click();
    await closesUnchanged(page, 'Cancel');
    await button(page, 'Delete API_KEY').click();
    await button(page, 'Delete secret').click();
    await page.getByText('No secrets. Create one').waitFor();
    expect(await page.content()).not.toContain('hunter2');
    // The refused name is a 422, which the browser reports.
    expect(faults.filter((fault) => !fault.includes('422'))).toEqual([]);
  },
  SLOW_MS,
);

test(
  'a form keeps the secret of a job, replaces it, or names a stored one, and shows none',
  async () => {
    const { url, admin } = await startConsoleServer({ jobTypes: [keeper] });
    const payload = { token: 'hunter2-hunter2' };
    await done(admin, 'PUT', '/api/secrets/API_KEY', { value: 'another' });
    await done(admin, 'POST', '/api/jobs', {
      id: 'kept',
      name: 'Kept',
      type: 'keeper',
      on_demand: true,
      payload,
    });
    const { page, faults, goTo } = await open(url);
    await goTo('/jobs/kept/edit');
    await signIn(page);
    await page.getByRole('heading', { name: /^Edit / }).waitFor();
    await page.getByPlaceholder('Kept as it is').waitFor();
    expect(await page.content()).not.toContain('hunter2');
    expect(await findings(page)).toEqual([]);
    await page.getByPlaceholder('Kept as it is').fill('correct-horse');
    await button(page, 'Review and save').click();
    await page.getByRole('dialog').getByText('[secret], a new value').waitFor();
    await button(page, 'Continue editing').click();
    await page.getByLabel('Token: use a secret by name').check();
    await page.getByPlaceholder('Name of the secret, such as API_KEY').fill('API_KEY');
    await button(page, 'Review and save').click();
    await page.getByRole('button', { name: /^Save changes/ }).click();
    await heading(page, 'Kept');
    expect(await done(admin, 'GET', '/api/jobs/kept')).toMatchObject({
      payload: { token: { $secret: 'API_KEY' } },
    });
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
