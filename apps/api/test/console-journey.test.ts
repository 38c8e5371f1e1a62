import { expect, test } from 'vitest';
import { findings } from '../../../packages/console/test/axe.ts';
import { textOf } from '../src/testing/test-bodies.ts';
import { createTestPostgres, type Dialect, temporaryFolder } from '../src/testing/test-database.ts';
import { freePort } from '../src/testing/test-process.ts';
import { smtpError, startSmtp } from '../src/testing/test-smtp.ts';
import {
  button,
  createJob,
  EMAIL,
  heading,
  isTooWide,
  PASSWORD,
  runIs,
  runNow,
  SLOW_MS,
  saveNew,
  signIn,
  startBrowser,
  type Visit,
} from './console/visit.ts';
import { becomeOperator, fillDatabase, fillFolder, startServer } from './operator.ts';
import type { Env } from './shell.ts';

const MARKET = { sellers: 5, listings: 60, notifications: 20 };

const open = startBrowser();

/** A server's variables and a few listings; `more` overrides them. */
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

/** A new window, signed in. */
async function visit(port: string): Promise<Visit> {
  const visit = await open(`http://127.0.0.1:${port}`);
  await visit.goTo('/');
  await signIn(visit.page);
  await heading(visit.page, 'Overview');
  return visit;
}

test.each<Dialect>(['sqlite', 'postgres'])(
  'an operator creates three jobs, sees one fail and recover, pauses, edits and deletes: on %s',
  async (dialect) => {
    let isDown = true;
    const smtp = await startSmtp({
      onMailFrom: (_address, _session, done) => done(isDown ? smtpError(451, 'not now') : null),
    });
    const env = await environment(dialect, { SMTP_URL: smtp.url });
    await startServer(env);
    const first = await visit(env.PORT);
    const { page, goTo } = first;
    await createJob(first, { name: 'Clean up', type: 'cleanup_expired_listings', interval: '24h' });
    await createJob(first, { name: 'Search', type: 'update_search_index', interval: '1h' });
    // The retry is an hour away, so that it cannot start before the button is pressed.
    const mails = { name: 'Mails', type: 'send_notifications', interval: '6h', firstWait: '1h' };
    await createJob(first, mails);

    // A run succeeds.
    await goTo('/jobs/search');
    await runNow(page);
    await runIs(page, 'succeeded');
    await page
      .getByRole('region', { name: 'Result' })
      .getByText(/"indexed": 60/)
      .waitFor();

    // A run fails, shows the reason, and recovers.
    await goTo('/jobs/mails');
    await runNow(page);
    await page
      .getByText(/not now/)
      .first()
      .waitFor();
    isDown = false;
    await button(page, 'Retry now').click();
    await runIs(page, 'succeeded');

    // A second browser shows the actions of the first one.
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
    // The pressed button is gone: the focus stays beside it and does not return to the top of the page.
    const focused = page.locator(':focus');
    await expect.poll(() => focused.getAttribute('aria-label')).toBe('Actions');

    // An edit shows its effect on the next run.
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

    // A job deleted in one browser disappears in the other.
    await button(page, 'Delete').click();
    const dialog = page.getByRole('dialog', { name: 'Delete this job?' });
    await dialog.getByRole('textbox').fill('clean-up');
    await dialog.getByRole('button', { name: 'Delete job' }).click();
    await heading(page, 'Jobs');
    await row.waitFor({ state: 'hidden' });
    expect([...first.faults, ...second.faults]).toEqual([]);
  },
  SLOW_MS,
);

test.each<Dialect>(['sqlite', 'postgres'])(
  'pages whose server is killed say so, and continue with the next server: on %s',
  async (dialect) => {
    // The mail server answers once the test lets it.
    const mail = Promise.withResolvers<void>();
    const smtp = await startSmtp({
      onMailFrom: (_address, _session, done) => void mail.promise.then(() => done()),
    });
    const env = await environment(dialect, { SMTP_URL: smtp.url });
    const server = await startServer(env);
    const [watching, writing] = [await visit(env.PORT), await visit(env.PORT)];
    await createJob(watching, { name: 'Mails', type: 'send_notifications', interval: '6h' });
    await runNow(watching.page);
    await runIs(watching.page, 'running');
    await writing.goTo('/jobs/new?type=update_search_index');
    await writing.page.getByRole('textbox', { name: 'Name' }).fill('Half written');

    server.child.kill('SIGKILL');
    await server.ended();
    for (const { page } of [watching, writing])
      await page.getByText(/Reconnecting since|Offline since/).waitFor();
    mail.resolve();
    await startServer(env);
    for (const { page } of [watching, writing]) await page.getByText('Live', { exact: true }).waitFor();

    // The interrupted run started again, and the half-filled form is still there.
    await runIs(watching.page, 'succeeded');
    await watching.page.getByText(/A node ended during this run, so the run started again/).waitFor();
    await writing.page.getByRole('textbox', { name: 'Interval' }).fill('1h');
    await saveNew(writing.page);
    await heading(writing.page, 'Half written');
    expect([...watching.faults, ...writing.faults]).toEqual([]);
  },
  SLOW_MS,
);

const LOOKS = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 390 },
] as const;

const DIALOGS = [
  ['Pause', 'Pause this job'],
  ['Delete', 'Delete this job?'],
] as const;

test(
  'no page breaks WCAG with any names, light or dark, wide or narrow',
  async () => {
    const env = await environment('sqlite', {});
    await startServer(env);
    const operator = await becomeOperator(env);
    const create = (id: string, name: string) =>
      operator.ask('POST', '/api/jobs', { id, name, type: 'update_search_index', interval: '1h' });
    await create('search', 'Search');
    await create('markup', '<img src=x onerror="document.title=1"> \u202Eabc \u{1F6B2} '.padEnd(190, 'w'));
    const { body } = await operator.ask('POST', '/api/jobs/search/runs');
    const runId = textOf(body, 'id');
    await operator.finished(runId);
    const { page, faults, goTo } = await open(`http://127.0.0.1:${env.PORT}`);
    const found: string[] = [];
    const look = async (what: string, colorScheme: string): Promise<void> => {
      for (const { rule, impact, places } of await findings(page))
        found.push(`${what} ${colorScheme} ${impact} ${rule}: ${places[0]}`);
      if (await isTooWide(page)) found.push(`${what} ${colorScheme}: wider than the window`);
    };
    const inEachLook = async (visitAll: (colorScheme: string) => Promise<void>): Promise<void> => {
      for (const { colorScheme, width } of LOOKS) {
        // A dialog that is fading in has too little contrast.
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.setViewportSize({ width, height: 900 });
        await visitAll(colorScheme);
      }
    };
    await goTo('/');
    await heading(page, 'Sign in');
    await inEachLook((colorScheme) => look('the sign-in', colorScheme));
    await signIn(page);
    await heading(page, 'Overview');
    const paths = [
      '/',
      '/jobs',
      '/jobs/search',
      '/jobs/markup',
      '/jobs/search/edit',
      '/jobs/new',
      `/runs/${runId}`,
    ];
    await inEachLook(async (colorScheme) => {
      for (const path of paths) {
        await goTo(path);
        await page.getByRole('heading', { level: 2 }).or(page.getByRole('row')).first().waitFor();
        await look(path, colorScheme);
      }
      await goTo('/jobs/search');
      for (const [name, title] of DIALOGS) {
        await button(page, name).click();
        const dialog = page.getByRole('dialog', { name: title });
        await dialog.getByRole('textbox').first().waitFor();
        await look(`the dialog of ${name}`, colorScheme);
        await page.keyboard.press('Escape');
        await dialog.waitFor({ state: 'hidden' });
      }
    });
    expect(found).toEqual([]);
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
