import { defineJobType } from '@greenvue/jobs';
import type { Job } from '@greenvue/jobs/client';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { definitionOf } from '../../../packages/cli/src/jobs/definition/definition.ts';
import { printableYaml } from '../../../packages/cli/src/terminal/printable-yaml.ts';
import { findings } from '../../../packages/console/test/axe.ts';
import { databaseEnv } from '../src/testing/test-app.ts';
import { textOf } from '../src/testing/test-bodies.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import { button, heading, isTooWide, SLOW_MS, signIn, startBrowser } from './console/visit.ts';

const mail = defineJobType({
  type: 'mail',
  payload: z.strictObject({ to: z.string(), copies: z.number().default(1) }),
  run: async ({ payload }) => ({ sent: payload.copies }),
});

const open = startBrowser();

/** A run that ended. */
async function runOf(admin: Parameters<typeof done>[0], jobId: string, body: object = {}): Promise<string> {
  const id = textOf(await done(admin, 'POST', `/api/jobs/${jobId}/runs`, body), 'id');
  await expect
    .poll(async () => textOf(await done(admin, 'GET', `/api/runs/${id}`), 'status'))
    .toBe('succeeded');
  return id;
}

// Promise P41, run records.
test.each(['sqlite', 'postgres'] as const)(
  'a run shows what differs from the job today, and an earlier definition is restored, also after a conflict (%s)',
  async (dialect) => {
    const { url, admin } = await startConsoleServer({ jobTypes: [mail] }, await databaseEnv(dialect));
    const job = { id: 'mail', name: 'Mail', type: 'mail', interval: '1h', payload: { to: 'ann' } };
    await done(admin, 'POST', '/api/jobs', job);
    const first = await runOf(admin, 'mail');
    await done(admin, 'PATCH', '/api/jobs/mail', { payload: { to: 'bo' }, interval: '2h' });
    const second = await runOf(admin, 'mail');
    const third = await runOf(admin, 'mail', { payload: { to: 'cy', copies: 3 } });

    const { page, faults, goTo } = await open(url);
    await goTo(`/runs/${first}`);
    await signIn(page);
    await heading(page, `Run ${first}`);
    const payloads = page.getByRole('group', { name: 'Changes of the payload' });
    await payloads.locator('del').filter({ hasText: '"to": "ann"' }).waitFor();
    await payloads.locator('ins').filter({ hasText: '"to": "bo"' }).waitFor();
    await page.getByText('The job was edited since: version 1 to 2').click();
    const edits = page.getByRole('group', { name: 'Changes from version 1, of this run to today' });
    await edits.locator('del').filter({ hasText: 'interval: 1h' }).waitFor();
    await edits.locator('ins').filter({ hasText: 'interval: 2h' }).waitFor();
    expect(await findings(page)).toEqual([]);

    // The runs of a job, one after the other, by button and by key.
    await button(page, 'Previous run of the job').click();
    await page.getByText('No earlier run').waitFor();
    await button(page, 'Next run of the job').click();
    await heading(page, `Run ${second}`);
    expect(await payloads.count()).toBe(0);
    await page.keyboard.press('.');
    await heading(page, `Run ${third}`);
    await page.getByText("It differs from the job's payload:").waitFor();
    await page.keyboard.press('.');
    await page.getByText('No later run').waitFor();
    await page.keyboard.press(',');
    await heading(page, `Run ${second}`);

    // The YAML is that of the command line.
    await goTo('/jobs/mail');
    await heading(page, 'Mail');
    await page.getByText('YAML', { exact: true }).click();
    const yaml = page.getByRole('group', { name: 'the YAML' });
    const known = z.custom<Job>().parse(await done(admin, 'GET', '/api/jobs/mail'));
    await expect.poll(() => yaml.textContent()).toBe(printableYaml([definitionOf(known)]));

    await page.getByText('Earlier versions', { exact: true }).click();
    await page.getByText(/^Version 1/).click();
    const diff = page.getByRole('group', { name: 'Changes from today to version 1' });
    await diff.locator('ins').filter({ hasText: 'interval: 1h' }).waitFor();
    expect(await findings(page)).toEqual([]);
    await button(page, 'Restore this version').click();
    const dialog = page.getByRole('dialog', { name: 'Restore version 1?' });
    await dialog.waitFor();
    // Someone else is faster.
    await done(admin, 'PATCH', '/api/jobs/mail', { name: 'Mails' });
    await heading(page, 'Mails');
    await dialog.getByRole('button', { name: 'Restore this version' }).click();
    await dialog.getByText('Someone else changed this job meanwhile. Nothing was restored.').waitFor();
    expect(await findings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText(/^Version 2/).waitFor();
    await diff.locator('ins').filter({ hasText: 'name: Mail' }).waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await isTooWide(page)).toBe(false);
    await button(page, 'Restore this version').click();
    await dialog.getByRole('button', { name: 'Restore this version' }).click();
    await heading(page, 'Mail');
    expect(await done(admin, 'GET', '/api/jobs/mail')).toMatchObject({
      version: 4,
      name: 'Mail',
      interval: '1h',
      payload: { to: 'ann', copies: 1 },
    });
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
