import { setTimeout as delay } from 'node:timers/promises';
import { listBackfills } from '@greenvue/jobs/client';
import type { Browser, Page } from 'playwright-core';
import type { DemoServer } from './demo-server.ts';
import { Film } from './film.ts';
import { openConsole, rest, visit } from './picture-page.ts';

const JOB = 'payouts-nordbank';
const POLL_MS = 500;
const LONGEST_BACKFILL_MS = 120_000;

/** The incident of docs/demo.md, in about ten seconds: alert, cause, fix, run, proof. */
export async function filmIncident(browser: Browser, demo: DemoServer, file: string): Promise<void> {
  const page = await openConsole(browser, demo, { width: 1120, height: 720, scale: 1.5 });
  const film = new Film(page);
  await rest(page);
  await findCause(page, film);
  await fix(page, film, demo);
  await runMissing(page, film, demo);
  await prove(page, film, demo);
  await film.save(file);
  await page.context().close();
}

async function findCause(page: Page, film: Film): Promise<void> {
  film.caption('1. An alert: payouts have paused themselves');
  await film.hold(1_100);
  await film.click(page.getByRole('link', { name: 'Payouts to Nordbank' }).first());
  await page.getByRole('heading', { level: 1, name: 'Payouts to Nordbank' }).waitFor();
  await rest(page);
  await film.hold(500);
  await film.click(page.getByRole('link', { name: 'Open the last failed run' }).first());
  await page.getByRole('heading', { level: 1, name: /^Run / }).waitFor();
  await rest(page);
  film.caption('2. The cause: the bank wants a new format');
  const error = page.getByRole('heading', { name: 'Error' });
  await error.evaluate((title) => title.scrollIntoView({ block: 'start' }));
  await page.mouse.wheel(0, -80);
  await delay(300);
  await film.hold(1_600);
}

async function fix(page: Page, film: Film, demo: DemoServer): Promise<void> {
  await visit(page, demo, `/jobs/${JOB}/edit`);
  film.caption('3. The fix: the new format');
  const format = page.getByRole('combobox', { name: 'Format' });
  await format.evaluate((field) => field.scrollIntoView({ block: 'center' }));
  await film.click(format);
  await film.click(page.getByRole('option', { name: 'pain.001.001.09' }));
  await page.getByRole('button', { name: 'Review and save' }).click();
  await page.getByRole('dialog').waitFor();
  await rest(page);
  await film.hold(500);
  await film.click(page.getByRole('button', { name: /^Save changes/ }));
  await page.getByRole('heading', { level: 1, name: 'Payouts to Nordbank' }).waitFor();
  await rest(page);
}

async function runMissing(page: Page, film: Film, demo: DemoServer): Promise<void> {
  film.caption('4. Resume, and run what is missing');
  await film.click(page.getByRole('button', { name: 'Resume', exact: true }).first());
  await page.getByRole('button', { name: 'Pause', exact: true }).first().waitFor();
  await rest(page);
  const actions = page.getByRole('group', { name: 'Actions' });
  await film.click(actions.getByRole('button', { name: 'Find missing slots', exact: true }));
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Check' }).click();
  const run = dialog.getByRole('button', { name: /^Run \d+ slots?$/ });
  await run.waitFor();
  await rest(page);
  await film.hold(700);
  await film.click(run);
  await dialog.getByText(/^Backfill (started|finished)/).waitFor();
  await delay(700);
  await film.hold(600);
  await backfillsEnd(demo);
}

async function prove(page: Page, film: Film, demo: DemoServer): Promise<void> {
  await visit(page, demo, `/jobs/${JOB}`);
  film.caption('5. The proof: nothing is missing');
  await page.getByRole('button', { name: 'Find missing slots', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Check' }).click();
  await rest(page);
  await film.hold(1_100);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page
    .getByRole('heading', { name: 'Timeline' })
    .evaluate((title) => title.scrollIntoView({ block: 'start' }));
  await page.mouse.wheel(0, -90);
  await rest(page);
  await film.hold(1_800);
}

async function backfillsEnd({ api }: DemoServer): Promise<void> {
  for (let ms = 0; ms < LONGEST_BACKFILL_MS; ms += POLL_MS) {
    const live = (await listBackfills(api)).filter(({ status }) => status === 'running');
    if (live.length === 0) return;
    await delay(POLL_MS);
  }
  throw new Error('The backfill did not end.');
}
