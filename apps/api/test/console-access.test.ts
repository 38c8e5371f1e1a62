import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { databaseEnv } from '../src/testing/test-app.ts';
import { textOf } from '../src/testing/test-bodies.ts';
import type { Dialect } from '../src/testing/test-database.ts';
import { done, logIn, startConsoleServer } from './console/console-server.ts';
import {
  button,
  heading,
  PASSWORD,
  runIs,
  runNow,
  SLOW_MS,
  saveNew,
  signIn,
  startBrowser,
} from './console/visit.ts';
import type { Operator } from './operator.ts';

const ANN = 'ann@example.com';
const JOB = { id: 'search', name: 'Search', type: 'update_search_index', interval: '1h' };
const CLEANUP = { id: 'cleanup', name: 'Cleanup', type: 'cleanup_expired_listings', on_demand: true };
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

const open = startBrowser();

/** The accessible name of the focused element. */
function focusOf(page: Page): Promise<string | null> {
  return page.locator(':focus').getAttribute('aria-label');
}

/** The actions that have a button on a job's page. */
async function buttonsOf(page: Page): Promise<readonly string[]> {
  const names = ['Run now', 'Pause', 'Edit', 'Duplicate', 'Delete'];
  const shown = async (name: string): Promise<boolean> => {
    const [asButton, asLink] = [
      page.getByRole('button', { name, exact: true }),
      page.getByRole('link', { name, exact: true }),
    ];
    return (await asButton.or(asLink).count()) > 0;
  };
  const isThere = await Promise.all(names.map(shown));
  return names.filter((_, at) => isThere[at]);
}

test.each<Dialect>(['sqlite', 'postgres'])(
  'each role sees only its actions, and the server refuses all others: on %s',
  async (dialect) => {
    const { url, admin } = await startConsoleServer({}, await databaseEnv(dialect));
    await done(admin, 'POST', '/api/jobs', JOB);
    await done(admin, 'POST', '/api/jobs', CLEANUP);
    const account = { email: ANN, name: 'Ann', password: PASSWORD };
    const annId = textOf(await done(admin, 'POST', '/api/auth/register', account), 'user', 'id');
    const ann = await logIn(url, ANN);
    const become = (role: string) => done(admin, 'PATCH', `/api/users/${annId}`, { role });
    const statusOf = async (...request: Parameters<typeof ann.ask>) => (await ann.ask(...request)).status;
    const { page, faults, goTo } = await open(url);

    // Without a role, the page says so and offers a way to continue.
    await goTo('/jobs/search');
    await signIn(page, { email: ANN });
    await heading(page, 'Your role does not allow this');
    await page.getByText(ANN).waitFor();
    expect(await statusOf('GET', '/api/jobs')).toBe(403);
    await button(page, 'Check again').click();
    await page.getByText('Your role is still “user”.').waitFor();

    // An operator reads, runs, pauses and cancels.
    await become('operator');
    await button(page, 'Check again').click();
    await heading(page, 'Search');
    expect(await buttonsOf(page)).toEqual(['Run now', 'Pause']);
    await button(page, 'Run now').click();
    await page.getByText('Operators can change fullReindex.').waitFor();
    await button(page, 'Cancel').click();
    await goTo('/jobs/cleanup');
    await button(page, 'Run now').click();
    await page.getByText('Only admins can change the payload.').waitFor();
    expect(await page.getByRole('checkbox', { name: 'Use another payload' }).isDisabled()).toBe(true);
    const wider = { payload: { days_old: 1 } };
    expect(await statusOf('POST', '/api/jobs/cleanup/runs', wider)).toBe(403);
    await goTo('/jobs/search');
    await runNow(page);
    await runIs(page, 'succeeded');
    await page.keyboard.press('l');
    await heading(page, 'Jobs');
    await page.getByRole('row', { name: 'Search' }).waitFor();
    expect(await page.getByText('New job').count()).toBe(0);
    await page.keyboard.press('n');
    expect(page.url()).toBe(`${url}/console/jobs`);
    await goTo('/jobs/new');
    await page.getByText('Only admins can create jobs').waitFor();
    await goTo('/jobs/search/edit');
    await page.getByText('Only admins can edit jobs').waitFor();
    expect(await statusOf('POST', '/api/jobs', { ...JOB, id: 'other' })).toBe(403);
    expect(await statusOf('PATCH', '/api/jobs/search', { name: 'Mine' })).toBe(403);
    expect(await statusOf('DELETE', '/api/jobs/search')).toBe(403);
    expect(await statusOf('GET', '/api/audit')).toBe(403);

    // An admin may do everything, until the role is removed while the question is open.
    await become('admin');
    await goTo('/jobs/search');
    await heading(page, 'Search');
    expect(await buttonsOf(page)).toEqual(['Run now', 'Pause', 'Edit', 'Duplicate', 'Delete']);
    await button(page, 'Delete').click();
    const dialog = page.getByRole('dialog', { name: 'Delete this job?' });
    await dialog.getByRole('textbox').fill('search');
    await become('operator');
    await dialog.getByRole('button', { name: 'Delete job' }).click();
    await page.getByText(/Could not delete/).waitFor();
    await dialog.getByText('Only admins can delete jobs').waitFor();
    expect(await dialog.getByRole('button', { name: 'Delete job' }).count()).toBe(0);
    expect(await statusOf('GET', '/api/jobs/search')).toBe(200);
    await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
    await dialog.waitFor({ state: 'hidden' });
    expect(await buttonsOf(page)).toEqual(['Run now', 'Pause']);
    // The button that opened the dialog is gone.
    await expect.poll(() => focusOf(page)).toBe('Actions');

    // Without a role, the next request replaces the whole page.
    await become('user');
    await page.keyboard.press('l');
    await heading(page, 'Your role does not allow this');

    // Notices disappear, too, which otherwise stay until they are closed.
    expect(await page.getByText(/Could not delete/).count()).toBe(0);
    await become('operator');
    await button(page, 'Check again').click();
    await heading(page, 'Jobs');
    await expect.poll(() => page.getByText(/Could not delete/).count()).toBe(0);
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

async function createToken(admin: Operator) {
  const body = await done(admin, 'POST', '/api/tokens', { name: 'robot', role: 'admin' });
  return { id: textOf(body, 'id'), secret: textOf(body, 'secret') };
}

async function signInWithToken(form: Locator, secret: string): Promise<void> {
  await form.getByLabel('API token', { exact: true }).fill(secret);
  await form.getByRole('button', { name: 'Sign in', exact: true }).click();
}

test(
  'an expired session asks to sign in, returns to the same page, and keeps the input',
  async () => {
    const time = { ahead: 0 };
    const { url, admin } = await startConsoleServer({ clock: { now: () => Date.now() + time.ahead } });
    await done(admin, 'POST', '/api/jobs', JOB);
    const { page, faults, goTo } = await open(url);

    const name = page.getByRole('textbox', { name: 'Name' });
    const interval = page.getByRole('textbox', { name: 'Interval' });
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });

    // The token is revoked: another token continues on the page, and a user starts a new one.
    const tokens = [await createToken(admin), await createToken(admin)] as const;
    await goTo('/jobs/new?type=update_search_index');
    await button(page, 'Use an API token instead').click();
    await signInWithToken(page.locator('body'), tokens[0].secret);
    await name.fill('By token');
    await done(admin, 'DELETE', `/api/tokens/${tokens[0].id}`);
    // The form sends its input at once, to show the next runs.
    await interval.fill('1h');
    await dialog.getByText(/Sign in with an API token to continue/).waitFor();
    await signInWithToken(dialog, tokens[1].secret);
    await dialog.waitFor({ state: 'hidden' });
    expect(await name.inputValue()).toBe('By token');
    await done(admin, 'DELETE', `/api/tokens/${tokens[1].id}`);
    await interval.fill('2h');
    await dialog.getByRole('button', { name: 'Use e-mail and password' }).click();
    await signIn(page);
    await dialog.waitFor({ state: 'hidden' });
    expect(await name.inputValue()).toBe('');

    await name.fill('Half written');
    time.ahead += 31 * DAY_MS;
    await interval.fill('1h');
    await dialog.getByText(/Sign in as the same user/).waitFor();
    await dialog.getByLabel('Password', { exact: true }).fill('not the password');
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    await dialog.getByText('The e-mail address or the password is wrong.').waitFor();
    await dialog.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(await name.inputValue()).toBe('Half written');
    await saveNew(page);
    await heading(page, 'Half written');

    // Opened with an expired session, an address shows the sign-in first and then its page.
    const there = '/jobs?q=Half&status=active&sort=-name';
    await goTo(there);
    await page.getByRole('row', { name: 'Half written' }).waitFor();
    time.ahead += 31 * DAY_MS;
    await page.reload();
    await heading(page, 'Sign in');
    await signIn(page);
    await page.getByRole('row', { name: 'Half written' }).waitFor();
    expect(await page.getByRole('row', { name: 'Search' }).count()).toBe(0);
    expect(page.url()).toBe(`${url}/console${there}`);
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

/** What a browser does if its settings forbid storage. */
const FORBID = `
  const refuse = () => { throw new DOMException('Denied.', 'SecurityError'); };
  Object.defineProperty(window, 'sessionStorage', { get: refuse });
  Object.defineProperty(window, 'localStorage', { get: refuse });
  window.BroadcastChannel = class { constructor() { refuse(); } };
  navigator.locks.request = async () => refuse();
`;

test(
  'a browser that forbids storage can sign in, and stays signed in when its access token expires',
  async () => {
    const time = { ahead: 0 };
    const { url, admin } = await startConsoleServer({ clock: { now: () => Date.now() + time.ahead } });
    await done(admin, 'POST', '/api/jobs', JOB);
    const { page, faults, goTo } = await open(url);
    await page.addInitScript({ content: FORBID });
    await goTo('/');
    await signIn(page);
    await heading(page, 'Overview');
    time.ahead += HOUR_MS;
    await page.keyboard.press('l');
    await page.getByRole('row', { name: 'Search' }).waitFor();
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
