import { defineJobType } from '@greenvue/jobs';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findings } from '../../../packages/console/test/axe.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import { button, heading, runIs, SLOW_MS, saveNew, signIn, startBrowser } from './console/visit.ts';

const open = startBrowser();

const greet = defineJobType({
  type: 'greet',
  payload: z.strictObject({ name: z.string().min(1), loud: z.boolean().default(false) }),
  run: async ({ payload }) => ({ greeted: payload.name }),
});

const tidy = defineJobType({
  type: 'tidy',
  payload: z.strictObject({ days: z.int().default(30) }),
  run: async ({ payload }) => ({ kept: payload.days }),
});

const dialogOf = (page: Page, name: string) => page.getByRole('dialog', { name });
const payloadIn = (page: Page, dialog: string) =>
  dialogOf(page, dialog).getByRole('textbox', { name: 'Payload' });
const RUN_NOW = 'Run this job now?';
const RUN_TYPE = 'Run a job type once';

test(
  'an operator runs a job type without a job, and sees that the engine made the job of the run',
  async () => {
    const { url } = await startConsoleServer({ jobTypes: [tidy, greet] });
    const { page, faults, goTo } = await open(url);
    await goTo('/jobs');
    await signIn(page);
    await button(page, 'Run a job type').click();
    const dialog = dialogOf(page, RUN_TYPE);
    const payload = payloadIn(page, RUN_TYPE);
    await expect.poll(() => payload.inputValue()).toBe('{\n  "days": 30\n}');
    await payload.fill('{ "days": 7 }');
    await dialog.getByRole('combobox', { name: 'Job type' }).click();
    await page.getByRole('listbox').getByRole('option', { name: 'greet' }).click();
    await dialog.getByRole('button', { name: 'Run now' }).click();
    await dialog.getByText(/^Name: /).waitFor();
    await payload.fill('{ "name": "Cy" }');
    expect(await findings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Run now' }).click();
    await runIs(page, 'succeeded');
    await page.getByText('"greeted": "Cy"').waitFor();

    await goTo('/jobs/enqueued.greet');
    await heading(page, 'Enqueued: greet');
    const main = page.getByRole('main');
    await main.getByText('made by the engine', { exact: true }).waitFor();
    await main.getByText('Enqueued runs of greet, each with a payload of its own.').first().waitFor();
    await main.getByText(/^by the engine$/).waitFor();
    await main.getByText('None: each run brings its own payload.').waitFor();
    expect(await findings(page)).toEqual([]);
    await goTo('/jobs');
    await page.getByText('Manual only, made by the engine').waitFor();

    // A run from the list asks for the payload that the job does not have.
    const lastRun = page
      .getByRole('row', { name: /greet/ })
      .getByRole('link', { name: /^succeeded/ })
      .last();
    const earlier = await lastRun.getAttribute('href');
    await page.getByRole('button', { name: 'Run enqueued.greet now' }).click();
    await dialogOf(page, RUN_NOW).getByText('This job has no payload, so each run needs one.').waitFor();
    expect(page.url()).toMatch(/\/jobs$/);
    expect(await findings(page)).toEqual([]);
    await payloadIn(page, RUN_NOW).fill('{ "name": "Di" }');
    await dialogOf(page, RUN_NOW).getByRole('button', { name: 'Run now' }).click();
    await page.getByText(/^Started a run of .enqueued\.greet.\.$/).waitFor();
    await expect.poll(() => lastRun.getAttribute('href')).not.toBe(earlier);
    await lastRun.click();
    await runIs(page, 'succeeded');
    await page.getByText('"greeted": "Di"').waitFor();

    // While the job is paused, its runs wait, also those by hand.
    await goTo('/jobs/enqueued.greet');
    await button(page, 'Pause').click();
    await dialogOf(page, 'Pause this job').getByRole('button', { name: 'Pause', exact: true }).click();
    await button(page, 'Resume').waitFor();
    await button(page, 'Run now').click();
    await dialogOf(page, RUN_NOW).getByText('the run waits until the job is resumed.').waitFor();
    await payloadIn(page, RUN_NOW).fill('{ "name": "Ed" }');
    await dialogOf(page, RUN_NOW).getByRole('button', { name: 'Run now' }).click();
    await page.getByText('The run is held because the job is paused.').waitFor();
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test(
  'a job on demand is created without a payload, asks for one at each run, and gets one by an edit',
  async () => {
    const { url, admin } = await startConsoleServer({ jobTypes: [tidy, greet] });
    const { page, faults, goTo } = await open(url);
    const saved = () => done(admin, 'GET', '/api/jobs/greet-them');
    await goTo('/jobs/new?type=greet');
    await signIn(page);
    await page.getByRole('textbox', { name: 'Name' }).first().fill('Greet them');
    const perRun = page.getByRole('checkbox', { name: 'Each run brings its own payload' });
    expect(await perRun.count()).toBe(0);
    await page.getByText('Manual only', { exact: true }).click();
    await perRun.check();
    await page.getByText('The job has no payload. Run now asks for one').waitFor();
    expect(await findings(page)).toEqual([]);
    await saveNew(page);
    await heading(page, 'Greet them');
    expect(await saved()).toMatchObject({ payload: null, on_demand: true });

    await button(page, 'Run now').click();
    const dialog = dialogOf(page, RUN_NOW);
    await payloadIn(page, RUN_NOW).fill('{ "name": "Ed" }');
    await dialog.getByRole('button', { name: 'Run now' }).click();
    await runIs(page, 'succeeded');

    await goTo('/jobs/greet-them/edit');
    expect(await perRun.isChecked()).toBe(true);
    await perRun.uncheck();
    await page.getByRole('textbox', { name: 'Name' }).last().fill('Flo');
    await button(page, 'Review and save').click();
    const review = page.getByRole('dialog');
    await review.getByText('each run brings its own').waitFor();
    await review.getByRole('button', { name: /^Save/ }).click();
    await heading(page, 'Greet them');
    expect(await saved()).toMatchObject({ payload: { name: 'Flo', loud: false } });

    await goTo('/jobs/greet-them/edit');
    await page.getByText('Waiting runs may use the payload, so it stays.').waitFor();
    expect(await perRun.isDisabled()).toBe(true);
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
