import { defineJobType } from '@greenvue/jobs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { textOf } from '../src/testing/test-bodies.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import { looksWell } from './console/looks-well.ts';
import { button, heading, runIs, runNow, SLOW_MS, saveNew, signIn, startBrowser } from './console/visit.ts';

const open = startBrowser();

const sync = defineJobType({ type: 'sync', payload: z.strictObject({}), run: async () => undefined });
const mail = defineJobType({
  type: 'mail',
  payload: z.strictObject({ customer: z.string() }),
  limits: { running: 1, per: '/customer' },
  run: ({ signal }) =>
    new Promise<undefined>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
});

test(
  'jobs wait for other jobs and for limits, and the console says which and why',
  async () => {
    const { url, admin } = await startConsoleServer({ jobTypes: [sync, mail] });
    await done(admin, 'POST', '/api/jobs', { id: 'import', name: 'Import', type: 'sync', on_demand: true });
    const { page, faults, goTo } = await open(url);
    const field = (name: string) => page.getByRole('textbox', { name, exact: true });
    const errors = page.getByRole('region', { name: 'Errors' });
    const preview = page.getByRole('complementary', { name: 'Preview of the schedule' });
    const fact = (name: string) => page.getByText(name, { exact: true }).locator('..');

    // A gate: its faults, its words, and the slots that it skips.
    await goTo('/jobs/new?type=sync');
    await signIn(page);
    await field('Name').fill('Report');
    await field('Interval').fill('1s');
    await button(
      page,
      'Overlap, catch-up and retries What happens when runs are slow, missed or fail',
    ).click();
    await field('Job that must have succeeded').fill('imprt');
    await field('Succeeded within').fill('24h');
    await saveNew(page);
    await errors
      .getByText(
        'Job that must have succeeded: must be the id of a job that exists. No job has the id "imprt"',
      )
      .waitFor();
    await field('Job that must have succeeded').fill('import');
    await preview.getByText('A run is skipped if import has not succeeded in the 24h before.').waitFor();
    await saveNew(page);
    await heading(page, 'Report');
    await fact('Only if').getByText('import has succeeded in the last 24h').waitFor();
    const history = page.getByRole('region', { name: 'Runs of the job' });
    await history
      .getByRole('row')
      .filter({ hasText: 'The gate was closed' })
      .first()
      .getByRole('link')
      .click();
    await page.getByText(/^This slot was skipped: the job that its gate names had not succeeded/).waitFor();
    await page.getByText(/^The gate now needs a success of import in the 24h before\./).waitFor();

    await goTo('/jobs/report/edit');
    await button(
      page,
      'Overlap, catch-up and retries What happens when runs are slow, missed or fail',
    ).click();
    await field('Succeeded within').fill('48h');
    await button(page, 'Review and save').click();
    const review = page.getByRole('dialog');
    await review.getByText('Gate: Succeeded within').waitFor();
    await review.getByText('was 24h').waitFor();
    await review.getByRole('button', { name: /^Save changes/ }).click();
    await heading(page, 'Report');

    // A chain: one run waits by default, as over REST.
    await goTo('/jobs/new?type=sync');
    await field('Name').fill('Summary');
    await page.getByText('After a job', { exact: true }).click();
    await field('Job to follow').fill('import');
    await preview
      .getByText('A run starts when a run of import succeeds, so there are no times to show.')
      .waitFor();
    await button(
      page,
      'Overlap, catch-up and retries What happens when runs are slow, missed or fail',
    ).click();
    expect(await page.getByRole('radio', { name: 'Queue one run' }).isChecked()).toBe(true);
    await page.getByRole('radio', { name: 'Start these first' }).check();
    await page.setViewportSize({ width: 390, height: 900 });
    const kinds = page.getByRole('radiogroup', { name: 'Kind of schedule' });
    for (const part of [kinds, kinds.getByText('Manual only', { exact: true })])
      expect(await part.evaluate((box) => box.scrollWidth - box.clientWidth)).toBeLessThan(1);
    await looksWell(page);
    await saveNew(page);
    await heading(page, 'Summary');
    await page.getByText('The first run starts when a run of import succeeds.').waitFor();
    await page.getByText('Further ends of import start no run.').waitFor();
    expect(await done(admin, 'GET', '/api/jobs/summary')).toMatchObject({
      overlap: 'queue',
      priority: 'high',
    });

    // The two runs link to each other, and the gate is open.
    await goTo('/jobs/import');
    await fact('Starts').getByRole('link', { name: 'summary' }).waitFor();
    await fact('Gate of').getByRole('link', { name: 'report' }).waitFor();
    await runNow(page);
    await runIs(page, 'succeeded');
    const upstream = page.url();
    await page.getByRole('link', { name: 'a run of summary' }).click();
    await fact('Trigger').getByText('Chain').waitFor();
    await page.getByRole('link', { name: 'a run of import' }).click();
    await expect.poll(() => page.url()).toBe(upstream);
    await goTo('/jobs/report');
    await history.getByRole('row').filter({ hasText: 'succeeded' }).first().waitFor();

    // A circle is refused while it is typed.
    await goTo('/jobs/import/edit');
    await page.getByText('After a job', { exact: true }).click();
    await field('Job to follow').fill('summary');
    const circle =
      'must not be the id of a job that waits for this one. The job "summary" waits for "import", itself or through other jobs.';
    await page.getByText(`M${circle.slice(1)}`).waitFor();

    // Limits: how many runs wait, and for which limit one of them waits.
    const mails = {
      id: 'mails',
      name: 'Mails',
      type: 'mail',
      on_demand: true,
      overlap: 'allow',
      payload: null,
    };
    await done(admin, 'POST', '/api/jobs', mails);
    const send = (customer: string) => done(admin, 'POST', '/api/jobs/mails/runs', { payload: { customer } });
    await goTo('/job-types/mail');
    await fact('Limits, across all nodes')
      .getByText('1 run at a time, for each value of /customer')
      .waitFor();
    await fact('Waiting for limits').getByText('no runs').waitFor();
    for (const customer of ['acme', 'other', 'acme']) await send(customer);
    const last = textOf(await send('acme'), 'id');
    await fact('Waiting for limits').getByText('2 runs, for 1 full value').waitFor();
    await goTo(`/runs/${last}`);
    await page
      .getByText('The run waits for a limit for "acme": as many runs as it allows are running.')
      .waitFor();
    await looksWell(page);
    await page.getByRole('link', { name: 'mail', exact: true }).click();
    await heading(page, 'mail');
    expect(faults.filter((text) => !text.includes('422'))).toEqual([]);
  },
  SLOW_MS,
);
