import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { createConsoleFetchHandler } from '@greenvue/console/fetch';
import { createJobs, defineJobType } from '@greenvue/jobs';
import { jobsPlugin } from '@greenvue/jobs/fastify';
import { sqlite } from '@greenvue/jobs/sqlite';
import { fastify } from 'fastify';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { findings } from '../../../packages/console/test/axe.ts';
import { button, heading, runIs, runNow, SLOW_MS, startBrowser } from './console/visit.ts';
import { startProgram } from './guide-program.ts';
import { ROOT, until } from './shell.ts';

const open = startBrowser('/admin/jobs');

/** Signs in to the app of the guide, in the cookies of the window. */
async function signInAs(page: Page, url: string, name: string): Promise<void> {
  const answer = await page.request.post(`${url}/login`, { form: { name }, maxRedirects: 0 });
  expect(answer.status()).toBe(303);
}

/** What the page says that only GreenVue's console may say. */
async function wordsOfGreenVue(page: Page): Promise<readonly string[]> {
  // The page, its dialogs and its menus.
  const parts = await page.locator('body > div').allTextContents();
  const text = [await page.title(), ...parts].join(' ');
  const words = ['GreenVue', 'REST API', 'Password and sessions', 'npm run', 'gv_'];
  return words.filter((word) => text.includes(word));
}

test(
  "beside another app, the app's own login decides who may do what",
  async () => {
    const guide = readFileSync(join(ROOT, 'docs/console.md'), 'utf8');
    const { url, child } = await startProgram(guide, 'Mount it in your API');
    await until('the program listens', async () => {
      const answer = await fetch(`${url}/admin/api/jobs`).catch(() => undefined);
      return answer?.status === 401;
    });
    const { page, faults, goTo } = await open(url);

    // A stranger: no form of the console, but a link to the app's sign-in.
    await goTo('/jobs/greet-often');
    await heading(page, 'Not signed in');
    expect(await page.getByRole('link', { name: 'Sign in' }).getAttribute('href')).toBe(`${url}/login`);
    expect(await page.getByRole('textbox').count()).toBe(0);
    expect(await findings(page)).toEqual([]);

    // Bob reads.
    await signInAs(page, url, 'Bob');
    await button(page, 'Continue').click();
    await heading(page, 'greet-often');
    expect(await page.title()).toContain('Shop jobs');
    expect(await button(page, 'Run now').count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Edit' }).count()).toBe(0);
    await button(page, 'Bob').click();
    await page.getByText('May read', { exact: true }).waitFor();
    expect(await wordsOfGreenVue(page)).toEqual([]);
    await page.keyboard.press('Escape');

    // Ann runs a job; the page is live, and each address works on its own.
    await signInAs(page, url, 'Ann');
    await page.reload();
    await runNow(page);
    await runIs(page, 'succeeded');
    const run = page.url();
    expect(run).toMatch(/\/admin\/jobs\/runs\/\d+$/);
    await page.reload();
    await runIs(page, 'succeeded');
    expect(await wordsOfGreenVue(page)).toEqual([]);
    await page.goto(`${url}/admin/jobs`);
    await heading(page, 'Overview');
    await page.getByText('Live', { exact: true }).waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByRole('link', { name: 'Jobs', exact: true }).click();
    await page.getByRole('link', { name: 'greet-often' }).first().click();
    await page
      .getByRole('listitem')
      .filter({ hasText: /You ran this job by hand/ })
      .waitFor();

    // The session ends while something is being written: the page stays.
    await page.getByRole('link', { name: 'Edit' }).click();
    const name = page.getByRole('textbox', { name: 'Name' }).first();
    await name.fill('Half written');
    await page.context().clearCookies();
    await page.getByRole('textbox', { name: 'Interval' }).fill('2h');
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await dialog.getByText('You are not signed in to this site.').waitFor();
    await signInAs(page, url, 'Ann');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(await name.inputValue()).toBe('Half written');

    // "Sign out" goes to the sign-out of the app, and asks first because of the unsaved change.
    await button(page, 'Ann').click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await button(page, 'Discard changes').click();
    await page.waitForURL(`${url}/login`);
    await goTo('');
    await heading(page, 'Not signed in');
    expect(faults).toEqual([]);
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
  },
  SLOW_MS,
);

const TOKEN = 'a-token-of-this-app';

/**
 * The console's fetch handler and a jobs API in a server of `node:http`, as they see requests behind a proxy
 * that removes `/tools` from the path.
 */
async function startBehindProxy(): Promise<string> {
  const greet = defineJobType({
    type: 'greet',
    payload: z.strictObject({ name: z.string().default('world') }),
    run: async (ctx) => ({ greeted: ctx.payload.name }),
  });
  const jobs = createJobs({ store: sqlite(':memory:'), types: [greet] });
  await jobs.start();
  onTestFinished(() => jobs.stop());
  await jobs.schedule(greet, { id: 'greet', name: 'Greet', onDemand: true });
  const api = fastify({ forceCloseConnections: true });
  onTestFinished(() => api.close());
  await api.register(jobsPlugin, {
    prefix: '/admin/api',
    engine: jobs,
    authorize: ({ headers }) => {
      if (headers.authorization === `Bearer ${TOKEN}`) return { id: 'token:1', name: 'deploy robot' };
      throw Object.assign(new Error('Send a token.'), { statusCode: 401 });
    },
  });
  await api.ready();
  const handle = createConsoleFetchHandler({
    prefix: '/admin/jobs',
    api: '../api',
    auth: 'token',
    title: 'Tools',
  });
  const server = createServer((request, response) => {
    request.url = request.url?.replace(/^\/tools/, '') ?? '/';
    const { pathname, href } = new URL(request.url, 'http://localhost');
    if (handle.handles(pathname)) void answer(handle(requestOf(href, request)), response);
    else api.routing(request, response);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return `http://127.0.0.1:${address.port}`;
}

function requestOf(href: string, { method = 'GET', headers }: IncomingMessage): Request {
  const entries = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  return new Request(href, { method, headers: entries.map((entry) => [...entry]) });
}

async function answer(coming: Promise<Response>, response: ServerResponse): Promise<void> {
  const { status, headers, body } = await coming;
  response.writeHead(status, Object.fromEntries(headers));
  response.end(body === null ? undefined : Buffer.from(await new Response(body).arrayBuffer()));
}

test(
  'as a fetch handler behind a proxy, with a token that only its tab keeps',
  async () => {
    const url = await startBehindProxy();
    const { page, faults } = await open(url);
    const place = `${url}/tools/admin/jobs/jobs/greet`;
    await page.goto(place);
    await heading(page, 'Sign in');
    expect(await findings(page)).toEqual([]);
    expect(await page.getByLabel('E-mail').count()).toBe(0);
    expect(await page.getByText('Forgot your password?').count()).toBe(0);
    const field = page.getByLabel('API token', { exact: true });
    await field.fill('not-the-token');
    await button(page, 'Sign in').click();
    await page.getByText('The server refused this token').waitFor();
    await field.fill(TOKEN);
    await button(page, 'Sign in').click();
    await heading(page, 'Greet');
    await runNow(page);
    await runIs(page, 'succeeded');
    expect(page.url()).toMatch(/\/tools\/admin\/jobs\/runs\/\d+$/);
    await page.reload();
    await runIs(page, 'succeeded');

    // The proxy's users may leave out the slash; and another tab knows no token.
    const other = await page.context().newPage();
    await other.goto(`${url}/tools/admin/jobs`);
    await heading(other, 'Sign in');
    expect(await page.context().cookies()).toEqual([]);
    await button(page, 'deploy robot').click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await heading(page, 'Sign in');
    await page.reload();
    await heading(page, 'Sign in');
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test(
  'in a server of node:http, with the token of the guide',
  async () => {
    const guide = readFileSync(join(ROOT, 'docs/console.md'), 'utf8');
    const { url, child } = await startProgram(guide, 'Mount it in other servers');
    await until('the program listens', async () => {
      const answer = await fetch(`${url}/admin/api/jobs`).catch(() => undefined);
      return answer?.status === 401;
    });
    expect((await fetch(`${url}/elsewhere`)).status).toBe(404);
    const { page, faults, goTo } = await open(url);
    await goTo('/jobs/greet-often');
    await page.getByLabel('API token', { exact: true }).fill('secret');
    await button(page, 'Sign in').click();
    await heading(page, 'greet-often');
    await runNow(page);
    await runIs(page, 'succeeded');
    await page.getByText('Live', { exact: true }).waitFor();
    expect(faults).toEqual([]);
    await page.close();
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
  },
  SLOW_MS,
);
