import type { BrowserContext, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { done, logIn, startConsoleServer } from './console/console-server.ts';
import { button, EMAIL, heading, PASSWORD, SLOW_MS, signIn, startBrowser } from './console/visit.ts';

const JOB = { id: 'search', name: 'Search', type: 'update_search_index', interval: '1h' };
const HOUR_MS = 3_600_000;
const open = startBrowser();

/** All that scripts of the page can read and keep. */
function storedIn(page: Page): Promise<string> {
  return page.evaluate<string>(
    'document.cookie + JSON.stringify({ ...sessionStorage }) + JSON.stringify({ ...localStorage })',
  );
}

async function refreshCookies(context: BrowserContext) {
  return (await context.cookies()).filter(({ name }) => name === 'greenvue_refresh');
}

test(
  'a sign-in holds in a new tab, through a reload and from a link, until the sign-out',
  async () => {
    const time = { ahead: 0 };
    const { url, admin } = await startConsoleServer({ clock: { now: () => Date.now() + time.ahead } });
    await done(admin, 'POST', '/api/jobs', JOB);
    const { page, faults, goTo } = await open(url);
    const context = page.context();
    await goTo('/');
    await signIn(page);
    await heading(page, 'Overview');
    expect(await storedIn(page)).not.toMatch(/gvr_|eyJ/);
    expect(await refreshCookies(context)).toMatchObject([
      { httpOnly: true, sameSite: 'Strict', path: '/api/auth', secure: false },
    ]);

    const second = await context.newPage();
    await second.goto(`${url}/console/jobs/search`);
    await heading(second, 'Search');

    // A link on another site: the browser sends no Strict cookie with the navigation itself.
    const elsewhere = await context.newPage();
    await elsewhere.setContent(`<a href="${url}/console/jobs/search">a colleague's link</a>`);
    await elsewhere.getByRole('link').click();
    await heading(elsewhere, 'Search');
    await elsewhere.close();

    // All tabs renew the access token when it has expired, one after another.
    time.ahead += HOUR_MS;
    await Promise.all([page.reload(), second.reload()]);
    await heading(page, 'Overview');
    await heading(second, 'Search');
    time.ahead += HOUR_MS;
    await Promise.all([page.keyboard.press('l'), second.keyboard.press('o')]);
    await page.getByRole('row', { name: 'Search' }).waitFor();
    await heading(second, 'Overview');

    await button(page, 'Admin').click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await heading(page, 'Sign in');
    expect(await refreshCookies(context)).toEqual([]);
    await second.getByRole('dialog', { name: 'Sign in again' }).waitFor();
    await second.reload();
    await heading(second, 'Sign in');
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test(
  'a sign-out that does not reach the server says so, and nobody is signed out',
  async () => {
    const { url } = await startConsoleServer();
    const { page, goTo } = await open(url);
    await goTo('/jobs');
    await signIn(page);
    await heading(page, 'Jobs');
    await page.route('**/api/auth/logout', (route) => route.abort());
    await button(page, 'Admin').click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByText('Could not sign out').waitFor();
    await page.unroute('**/api/auth/logout');
    await page.reload();
    await heading(page, 'Jobs');
  },
  SLOW_MS,
);

test(
  'another account that signs in to the browser gets its own page, and no request of the old one',
  async () => {
    const time = { ahead: 0 };
    const { url, admin } = await startConsoleServer({ clock: { now: () => Date.now() + time.ahead } });
    await done(admin, 'POST', '/api/jobs', JOB);
    const account = { email: 'ann@example.com', name: 'Ann', password: PASSWORD };
    await done(admin, 'POST', '/api/auth/register', account);
    const { page, goTo } = await open(url);
    await goTo('/jobs/search');
    await signIn(page);
    await heading(page, 'Search');
    await button(page, 'Pause').click();
    const headers = { 'x-refresh-token': 'cookie' };
    const { email, password } = account;
    await page.request.post(`${url}/api/auth/login`, { data: { email, password }, headers });
    // The next request renews the token. It should be the pause, not one of those that the page repeats.
    time.ahead += HOUR_MS;
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await heading(page, 'Your role does not allow this');
    await page.getByText('ann@example.com').waitFor();
    const again = await logIn(url, EMAIL);
    expect(await done(again, 'GET', '/api/jobs/search')).toMatchObject({ status: 'active' });
  },
  SLOW_MS,
);
