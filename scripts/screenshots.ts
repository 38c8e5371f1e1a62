// `npm run screenshots -- 60`: the pictures of the console in docs/images, after 60 minutes of history
// (default 2), of a server with the demo's data. Its mail server fails for a while, and again at the end, so
// that the pictures show failures. The script stops everything that it starts.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Connection, connect, listJobRuns, putJob, runJob } from '@greenvue/jobs/client';
import type { Browser, Page } from 'playwright-core';
import { SMTPServer } from 'smtp-server';
import { launch } from '../packages/console/test/browser.ts';

const MAIN = fileURLToPath(new URL('../apps/api/src/main.ts', import.meta.url));
const CLI = fileURLToPath(new URL('../apps/api/src/cli.ts', import.meta.url));
const IMAGES = fileURLToPath(new URL('../docs/images', import.meta.url));
const PORT = '18099';
const URL_OF_IT = `http://127.0.0.1:${PORT}`;
const HISTORY_MS = Number(process.argv[2] ?? 2) * 60_000;
/** How long the mail server fails before the pictures are taken. */
const LAST_FAILURES_MS = 40_000;

const folder = await mkdtemp(join(tmpdir(), 'greenvue-screenshots-'));
let isMailServerUp = true;
const mailServer = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onMailFrom: (_address, _session, callback) =>
    callback(
      isMailServerUp ? undefined : Object.assign(new Error('Out of disk space'), { responseCode: 452 }),
    ),
  onData: (stream, _session, callback) => stream.on('end', () => callback()).resume(),
});
await once(mailServer.listen(0, '127.0.0.1'), 'listening');
const mailAddress = mailServer.server.address();
const env = {
  PATH: process.env.PATH ?? '',
  DATA_DIR: folder,
  PORT,
  ADMIN_PASSWORD: 'correct horse battery',
  SMTP_URL: `smtp://127.0.0.1:${typeof mailAddress === 'object' ? mailAddress?.port : ''}`,
};
let server: ChildProcess | undefined;
let browser: Browser | undefined;
try {
  await run('demo');
  server = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  if (server.stdout !== null) await once(server.stdout, 'data');
  const api = connect({ url: `${URL_OF_IT}/api`, token: (await run('token')).trim(), retries: 10 });
  await putJob(api, 'seller-digest', {
    name: 'Digest for sellers',
    type: 'weekly_seller_digest',
    interval: '5m',
  });
  await putJob(api, 'send-digests', {
    name: 'Send the digests',
    type: 'send_notifications',
    interval: '10s',
    max_attempts: 1,
    payload: { template: 'seller_digest' },
  });
  await putJob(api, 'rebuild-search-index', {
    name: 'Rebuild the search index',
    type: 'update_search_index',
    interval: '1m',
    overlap: 'queue',
    payload: { fullReindex: true },
  });
  await makeHistory(api);
  const [failed] = (await listJobRuns(api, 'send-digests', { status: 'failed', limit: 1 })).data;
  browser = await launch();
  await mkdir(IMAGES, { recursive: true });
  const page = await newPage(browser);
  await shoot(page, 'sign-in', '/');
  await signIn(page);
  // Takes a few seconds, so that the picture shows a running run.
  await runJob(api, 'rebuild-search-index');
  await shoot(page, 'overview', '/');
  await shoot(page, 'jobs', '/jobs');
  await shoot(page, 'job', '/jobs/update-search-index');
  await shoot(page, 'run', `/runs/${failed?.id ?? ''}`);
  await shoot(page, 'edit', '/jobs/cleanup-expired-listings/edit');
  await shoot(page, 'new', '/jobs/new');
  await page.emulateMedia({ colorScheme: 'dark' });
  await runJob(api, 'rebuild-search-index');
  await shoot(page, 'overview-dark', '/');
} finally {
  await browser?.close();
  server?.kill('SIGTERM');
  if (server !== undefined && server.exitCode === null) await once(server, 'exit');
  mailServer.close();
  await rm(folder, { recursive: true, force: true });
}

async function makeHistory(api: Connection): Promise<void> {
  const half = (HISTORY_MS - LAST_FAILURES_MS) / 2;
  await delay(half * 0.9);
  isMailServerUp = false;
  await runJob(api, 'seller-digest');
  await delay(half * 0.1);
  isMailServerUp = true;
  await delay(half);
  isMailServerUp = false;
  await runJob(api, 'seller-digest');
  await delay(LAST_FAILURES_MS);
}

/** Runs a `greenvue` command and returns its output. */
async function run(command: 'demo' | 'token'): Promise<string> {
  const child = spawn(process.execPath, [CLI, command], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
  return printed;
}

async function newPage(on: Browser): Promise<Page> {
  const context = await on.newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    colorScheme: 'light',
  });
  return context.newPage();
}

/** On the open sign-in page. */
async function signIn(page: Page): Promise<void> {
  await page.getByLabel('E-mail').fill('admin@greenvue.local');
  await page.getByLabel('Password', { exact: true }).fill(env.ADMIN_PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
}

async function shoot(page: Page, name: string, path: string): Promise<void> {
  await page.goto(`${URL_OF_IT}/console${path}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  // For what the page draws after the first answers.
  await delay(1_500);
  await page.screenshot({ path: join(IMAGES, `console-${name}.png`) });
}
