import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { findings } from '../../../packages/console/test/axe.ts';
import { launch } from '../../../packages/console/test/browser.ts';
import { createTestPostgres, type Dialect, temporaryFolder } from '../src/db/test-database.ts';
import { smtpError, startSmtp } from '../src/notifications/test-smtp.ts';
import { textOf } from '../src/test-bodies.ts';
import { freePort } from '../src/test-process.ts';
import { becomeOperator, fillDatabase, fillFolder, startServer } from './operator.ts';
import type { Env } from './shell.ts';

/** A browser, a server and several processes of theirs, on a machine that may be busy. */
const SLOW_MS = 180_000;
const STEP_MS = 20_000;
const EMAIL = 'admin@greenvue.local';
const PASSWORD = 'correct horse battery';
const MARKET = { sellers: 5, listings: 60, notifications: 20 };

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
}, SLOW_MS);
afterAll(() => browser?.close());

/** A server's variables, with a little market to work on; `more` come on top. */
async function environment(dialect: Dialect, more: Env): Promise<Env & { readonly PORT: string }> {
  const env = {
    DATA_DIR: await temporaryFolder(),
    PORT: String(await freePort()),
    ADMIN_EMAIL: EMAIL,
    ADMIN_PASSWORD: PASSWORD,
    ...more,
  };
  if (dialect === 'sqlite') {
    await fillFolder(env.DATA_DIR, MARKET);
    return env;
  }
  const url = await createTestPostgres();
  await fillDatabase({ url }, MARKET);
  return { ...env, DATABASE_URL: url };
}

interface Visit {
  readonly page: Page;
  /** What the page's own log has of errors: of its code, and of what its CSP refused. */
  readonly faults: readonly string[];
  goTo(path: string): Promise<void>;
}

/** A browser window of its own, signed in. */
async function visit(port: string): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(STEP_MS);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      faults.push(message.text());
  });
  const goTo = async (path: string) => void (await page.goto(`http://127.0.0.1:${port}/console${path}`));
  await goTo('/');
  await page.getByLabel('E-mail').fill(EMAIL);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await heading(page, 'Overview');
  return { page, faults, goTo };
}

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
/** The first one: what is wrong with a job may have a button of its own. */
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first();

interface NewJob {
  readonly name: string;
  readonly type: string;
  readonly interval: string;
}

async function makeJob({ page, goTo }: Visit, { name, type, interval }: NewJob): Promise<void> {
  await goTo('/jobs/new');
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByRole('combobox', { name: 'Job type' }).click();
  await page.getByRole('option', { name: type }).click();
  await page.getByRole('textbox', { name: 'Interval' }).fill(interval);
  await button(page, 'Create job').click();
  await heading(page, name);
}

async function runNow(page: Page): Promise<void> {
  await button(page, 'Run now').click();
  const dialog = page.getByRole('dialog', { name: 'Run this job now?' });
  await dialog.getByRole('button', { name: 'Run now' }).click();
  await dialog.waitFor({ state: 'hidden' });
}

/** The page of a run, once the run has this status. */
async function runIs(page: Page, status: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name: /^Run / }).waitFor();
  await page.getByRole('main').getByText(status, { exact: true }).first().waitFor();
}

test.each<Dialect>(['sqlite', 'postgres'])(
  'an operator makes the three jobs, sees one fail and recover, pauses, edits and deletes: on %s',
  async (dialect) => {
    let isDown = true;
    const smtp = await startSmtp({
      onMailFrom: (_address, _session, done) => done(isDown ? smtpError(451, 'not now') : null),
    });
    const env = await environment(dialect, { SMTP_URL: smtp.url });
    await startServer(env);
    const first = await visit(env.PORT);
    const { page, goTo } = first;
    await makeJob(first, { name: 'Clean up', type: 'cleanup_expired_listings', interval: '24h' });
    await makeJob(first, { name: 'Search', type: 'update_search_index', interval: '1h' });
    await makeJob(first, { name: 'Mails', type: 'send_notifications', interval: '6h' });

    // One runs.
    await goTo('/jobs/search');
    await runNow(page);
    await runIs(page, 'succeeded');
    await page
      .getByRole('region', { name: 'Result' })
      .getByText(/"indexed": 60/)
      .waitFor();

    // One fails, says why, and recovers.
    await goTo('/jobs/mails');
    await runNow(page);
    await page
      .getByText(/not now/)
      .first()
      .waitFor();
    isDown = false;
    await button(page, 'Retry now').click();
    await runIs(page, 'succeeded');

    // A second browser sees what the first one does.
    const second = await visit(env.PORT);
    await second.goTo('/jobs');
    const row = second.page.getByRole('row').filter({ hasText: 'Clean up' });
    await row.waitFor();
    await goTo('/jobs/clean-up');
    await button(page, 'Pause').click();
    await page.getByRole('textbox', { name: 'Reason' }).fill('Inventory');
    await page.getByRole('dialog').getByRole('button', { name: 'Pause', exact: true }).click();
    await button(page, 'Resume').waitFor();
    await row
      .getByText(/paused/i)
      .first()
      .waitFor();
    await button(page, 'Resume').click();
    await button(page, 'Pause').waitFor();

    // An edit says what it does to the next run.
    await goTo('/jobs/clean-up/edit');
    await page.getByRole('textbox', { name: 'Interval' }).fill('12h');
    await button(page, 'Review and save').click();
    const review = page.getByRole('dialog', { name: 'Save these changes?' });
    await review
      .getByText(/next run/i)
      .first()
      .waitFor();
    await review.getByRole('button', { name: /Save changes/ }).click();
    await heading(page, 'Clean up');

    // Deleted in one, gone in the other.
    await button(page, 'Delete').click();
    const dialog = page.getByRole('dialog', { name: 'Delete this job?' });
    await dialog.getByRole('textbox').fill('clean-up');
    await dialog.getByRole('button', { name: 'Delete the job' }).click();
    await heading(page, 'Jobs');
    await row.waitFor({ state: 'hidden' });
    expect([...first.faults, ...second.faults]).toEqual([]);
  },
  SLOW_MS,
);

test(
  'a page that is open when its server dies says so, and goes on with the next one',
  async () => {
    const env = await environment('sqlite', {});
    const server = await startServer(env);
    const { page, goTo, faults } = await visit(env.PORT);
    await goTo('/jobs');
    await page.getByText('Live', { exact: true }).waitFor();
    server.child.kill('SIGKILL');
    await server.ended();
    await page.getByText(/Reconnecting since|Offline since/).waitFor();
    await startServer(env);
    await page.getByText('Live', { exact: true }).waitFor({ timeout: 60_000 });
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

const LOOKS = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 390 },
] as const;

test(
  'no page breaks WCAG, whatever its names are, light or dark, wide or narrow',
  async () => {
    const env = await environment('sqlite', {});
    await startServer(env);
    const operator = await becomeOperator(env);
    const make = (id: string, name: string) =>
      operator.ask('POST', '/api/jobs', { id, name, type: 'update_search_index', interval: '1h' });
    await make('search', 'Search');
    await make('markup', '<img src=x onerror="document.title=1"> \u202Eabc \u{1F6B2} '.padEnd(190, 'w'));
    const { body } = await operator.ask('POST', '/api/jobs/search/runs');
    const runId = textOf(body, 'id');
    await operator.finished(runId);
    const { page, faults, goTo } = await visit(env.PORT);
    const paths = [
      '/',
      '/jobs',
      '/jobs/search',
      '/jobs/markup',
      '/jobs/search/edit',
      '/jobs/new',
      `/runs/${runId}`,
    ];
    const found: string[] = [];
    for (const { colorScheme, width } of LOOKS) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      for (const path of paths) {
        await goTo(path);
        await page.getByRole('heading', { level: 2 }).or(page.getByRole('row')).first().waitFor();
        for (const { rule, impact, places } of await findings(page))
          found.push(`${path} ${colorScheme} ${impact} ${rule}: ${places[0]}`);
        const overflow = await page.evaluate<boolean>(
          'document.documentElement.scrollWidth > document.documentElement.clientWidth',
        );
        if (overflow) found.push(`${path} ${width}: wider than the window`);
      }
    }
    expect(found).toEqual([]);
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
