import { defineJobType } from '@greenvue/jobs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { listOf, textOf } from '../src/testing/test-bodies.ts';
import { temporaryFolder } from '../src/testing/test-database.ts';
import { freePort } from '../src/testing/test-process.ts';
import { smtpError, startSmtp, type TestSmtp } from '../src/testing/test-smtp.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import {
  button,
  EMAIL,
  heading,
  isTooWide,
  PASSWORD,
  runIs,
  SLOW_MS,
  signIn,
  startBrowser,
  type Visit,
} from './console/visit.ts';
import { becomeOperator, fillFolder, type Operator, startServer } from './operator.ts';
import { type Env, until } from './shell.ts';

const HOUR_MS = 3_600_000;
const NIGHT_MS = 9 * HOUR_MS;
/** Shifts the process's clock back by nine hours. */
const AT_NIGHT = `globalThis.Date = class extends Date {
  constructor(...at) { super(...(at.length === 0 ? [new.target.now()] : at)); }
  static now() { return super.now() - ${NIGHT_MS}; }
}`;
const NIGHT_ENV = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(AT_NIGHT)}` };

const open = startBrowser();

/** How the mail server reacts to a message. */
type Mail = 'works' | 'refuses' | 'hangs';

/** A mail server with this state. */
async function startMail(): Promise<{ readonly smtp: TestSmtp; state: Mail }> {
  const mail = { state: 'works' as Mail };
  const smtp = await startSmtp({
    onMailFrom: (_address, _session, answer) => {
      if (mail.state === 'refuses') answer(smtpError(451, 'no room left on the disk'));
      if (mail.state === 'works') answer();
    },
  });
  return Object.assign(mail, { smtp });
}

/** A schedule at this time of the night, every night. */
function nightly(inMs: number) {
  return { interval: '24h', start_at: new Date(Date.now() - NIGHT_MS + inMs).toISOString() };
}

/** Saves a job whose slot comes within a second, or later where a busy machine has let that slot pass. */
async function saveWithSlotSoon(save: (schedule: object) => Promise<unknown>): Promise<void> {
  for (let inMs = 1_000; ; inMs *= 2) {
    const schedule = nightly(inMs);
    const { next_run } = z.object({ next_run: z.string() }).parse(await save(schedule));
    if (next_run === schedule.start_at) return;
  }
}

/** Waits until a run of the job has this status. */
function hasRun(operator: Operator, jobId: string, status: string): Promise<unknown> {
  return until(`a run of ${jobId} is ${status}`, async () => {
    const { body } = await operator.ask('GET', `/api/jobs/${jobId}/runs?status=${status}`);
    return listOf(body, 'data')[0];
  });
}

/**
 * A night in which four jobs did not do their work, for four different reasons. Starts the server of the next
 * morning.
 */
async function nightAndMorning(env: Env): Promise<void> {
  const mail = await startMail();
  const all = { ...env, SMTP_URL: mail.smtp.url };
  const server = await startServer({ ...all, ...NIGHT_ENV });
  const night = await becomeOperator({ ...all, ...NIGHT_ENV });
  const create = (job: object) => done(night, 'POST', '/api/jobs', job);

  // One job fails: the disk of its mail server is full.
  mail.state = 'refuses';
  const mails = { id: 'mails', name: 'Mails', type: 'send_notifications', max_attempts: 1 };
  await saveWithSlotSoon((schedule) => done(night, 'PUT', '/api/jobs/mails', { ...mails, ...schedule }));
  await hasRun(night, 'mails', 'failed');

  // One run is skipped, because a run started by hand is still running.
  mail.state = 'hangs';
  await create({ id: 'letters', name: 'Letters', type: 'send_notifications', ...nightly(HOUR_MS) });
  await done(night, 'POST', '/api/jobs/letters/runs');
  await hasRun(night, 'letters', 'running');
  await saveWithSlotSoon((schedule) => done(night, 'PATCH', '/api/jobs/letters', schedule));
  await hasRun(night, 'letters', 'skipped');

  // One job is paused, and one becomes due while the machine is down.
  const search = { type: 'update_search_index', catch_up: 'skip' };
  await create({ id: 'clean-up', name: 'Clean up', type: 'cleanup_expired_listings', ...nightly(HOUR_MS) });
  const until = new Date(Date.now() + HOUR_MS).toISOString();
  await done(night, 'POST', '/api/jobs/clean-up/pause', { reason: 'The disk is full', until });
  await create({ id: 'search', name: 'Search', ...search, ...nightly(2 * HOUR_MS) });
  server.child.kill('SIGKILL');
  await server.ended();

  mail.state = 'works';
  await startServer(all);
}

/** On the page of a job: changes an advanced setting and saves. */
async function choose({ page }: Visit, group: string, choice: string): Promise<void> {
  await page.getByRole('link', { name: 'Edit', exact: true }).click();
  await heading(page, /^Edit/);
  await page.getByRole('button', { name: /Overlap, catch-up and retries/ }).click();
  await page.getByRole('radiogroup', { name: group }).getByLabel(choice).check();
  await button(page, 'Review and save').click();
  await page
    .getByRole('dialog', { name: 'Save these changes?' })
    .getByRole('button', { name: /Save changes/ })
    .click();
}

test(
  'the console shows why four jobs did not run last night, and lets an operator fix each one',
  async () => {
    const env = {
      DATA_DIR: await temporaryFolder(),
      PORT: String(await freePort()),
      ADMIN_EMAIL: EMAIL,
      ADMIN_PASSWORD: PASSWORD,
    };
    await fillFolder(env.DATA_DIR, { sellers: 5, listings: 60, notifications: 20 });
    await nightAndMorning(env);
    const visit = await open(`http://127.0.0.1:${env.PORT}`);
    const { page, faults, goTo } = visit;

    // The overview names the failing job with its error, and its page shows the error.
    await goTo('/');
    await signIn(page);
    const attention = page.getByRole('region', { name: 'Needs attention' });
    const failing = attention.getByRole('listitem');
    await failing.getByText(/^failing.* for 9 h: .*no room left on the disk/).waitFor();
    expect(await failing.count()).toBe(1);
    await failing.getByRole('link', { name: 'Mails' }).click();
    await heading(page, 'Mails');
    const wrong = page.getByRole('region', { name: 'Health' });
    await wrong.getByText(/no room left on the disk/).waitFor();
    await wrong.getByRole('link', { name: 'Open the last failed run' }).click();
    await runIs(page, 'failed');
    await button(page, 'Run again').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Run again' }).click();
    await runIs(page, 'succeeded');
    await page.keyboard.press('o');
    await attention.getByText('No unhealthy jobs.').waitFor();

    // The list shows the last runs of the others, and the reason of the pause.
    await page.keyboard.press('l');
    const row = (name: string) => page.getByRole('row', { name });
    await row('Clean up').getByText('The disk is full').waitFor();
    await row('Clean up').getByRole('link').click();
    await heading(page, 'Clean up');
    await wrong.getByText(/^By .+, until .+: The disk is full$/).waitFor();
    await wrong.getByRole('button', { name: 'Resume' }).click();
    await wrong.waitFor({ state: 'hidden' });
    // Everything around the button is gone, so the focus moves to the heading.
    await expect.poll(() => page.locator(':focus').textContent()).toBe('Clean up');
    await page.getByRole('region', { name: 'Next runs' }).getByRole('listitem').first().waitFor();

    // A skipped run: from now on, such a slot waits.
    await goTo('/jobs/letters');
    const history = page.getByRole('region', { name: 'Runs of the job' });
    await history
      .getByRole('row')
      .filter({ hasText: 'Another run of the job was live' })
      .getByRole('link')
      .click();
    await page.getByText(/^This slot was skipped: another run was live when the slot was due/).waitFor();
    await page.getByRole('link', { name: 'Letters' }).click();
    await choose(visit, 'If a run is live when a slot is due', 'Queue one run');
    await heading(page, 'Letters');
    await page
      .getByText(/^Overlap/)
      .getByText('queue')
      .waitFor();

    // A slot missed while the machine was down: the job now catches up, and the slot runs by hand.
    await goTo('/jobs/search');
    await choose(visit, 'Slots missed during downtime', 'Run once for all');
    await heading(page, 'Search');
    await history
      .getByRole('row')
      .filter({ hasText: 'No node was available in time' })
      .getByRole('link')
      .click();
    await page.getByText(/^This slot was skipped: no node could take it in time/).waitFor();
    await button(page, 'Run again').click();
    const question = page.getByRole('dialog', { name: 'Run this again?' });
    await question.getByText(/^It runs the same slot, .* the slot is no longer missing\.$/).waitFor();
    await question.getByRole('button', { name: 'Run again' }).click();
    await runIs(page, 'succeeded');

    // The skipped run says so, in the list and on its page.
    await goTo('/jobs/search');
    await history.getByRole('link', { name: 'Slot done later' }).waitFor();
    await history
      .getByRole('row')
      .filter({ hasText: 'No node was available in time' })
      .getByRole('link', { name: /^Open run/ })
      .click();
    await page.getByText(/^The slot of .* was done later, by run \d+\.$/).waitFor();
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

/** Imports prices from a server that is unreachable until the test says otherwise. */
function importPrices(way: { isOpen: boolean }) {
  return defineJobType({
    type: 'import_prices',
    module: import.meta.url,
    payload: z.strictObject({}),
    run: async ({ log }) => {
      const from = `https://prices.example.com/${'of-things/'.repeat(20)}today.csv`;
      log.info('asking for the prices', { from });
      if (!way.isOpen) throw new Error(`cannot reach ${from}`);
      return { from };
    },
  });
}

test(
  'on a phone, an operator reads a failed run and retries it, and no page is wider than the screen',
  async () => {
    const way = { isOpen: false };
    const { url, admin } = await startConsoleServer({ jobTypes: [importPrices(way)] });
    const job = {
      id: 'prices',
      name: 'Prices of all that is for sale',
      type: 'import_prices',
      interval: '1h',
    };
    await done(admin, 'POST', '/api/jobs', { ...job, max_attempts: 1 });
    const runId = textOf(await done(admin, 'POST', '/api/jobs/prices/runs'), 'id');
    await admin.finished(runId);
    const { page, faults, goTo } = await open(url, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    const tooWide: string[] = [];
    const look = async (): Promise<void> => {
      if (await isTooWide(page)) tooWide.push(page.url());
    };

    await goTo('/');
    await look();
    await signIn(page);
    await heading(page, 'Overview');
    const failing = page
      .getByRole('region', { name: 'Needs attention' })
      .getByRole('link', { name: job.name });
    await failing.waitFor();
    await look();
    await failing.tap();
    await heading(page, job.name);
    const openRun = page.getByRole('link', { name: 'Open the last failed run' });
    await openRun.waitFor();
    await look();
    await openRun.tap();
    await runIs(page, 'failed');
    await page.getByText(/^Attempt 1 failed at .+: The handler threw an error$/).waitFor();
    await page.getByRole('log').getByText('asking for the prices').waitFor();
    await page.getByText('Stack', { exact: true }).tap();
    await page
      .getByRole('group', { name: 'the stack' })
      .getByText(/cannot reach/)
      .waitFor();
    await look();
    way.isOpen = true;
    await button(page, 'Run again').tap();
    await page.getByRole('dialog').getByRole('button', { name: 'Run again' }).tap();
    await runIs(page, 'succeeded');
    await page
      .getByRole('region', { name: 'Result' })
      .getByText(/today.csv/)
      .waitFor();
    await look();

    await page.getByRole('button', { name: 'Open the menu' }).tap();
    await page.getByRole('navigation').getByRole('link', { name: 'Jobs' }).last().tap();
    await heading(page, 'Jobs');
    await page.getByRole('row', { name: job.name }).waitFor();
    await look();
    await goTo('/jobs/prices/edit');
    await button(page, 'Review and save').waitFor();
    await look();
    expect(tooWide).toEqual([]);
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
