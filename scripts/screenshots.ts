// `npm run screenshots`: the pictures of the console in docs/images, of a server with the demo's data, one of
// whose jobs can reach no mail server. Takes two minutes, so that there is something to see. What it starts
// ends with it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect, listJobRuns, patchJob, putJob } from '@greenvue/jobs/client';
import type { Browser, Page } from 'playwright-core';
import { launch } from '../packages/console/test/browser.ts';

const MAIN = fileURLToPath(new URL('../apps/api/src/main.ts', import.meta.url));
const CLI = fileURLToPath(new URL('../apps/api/src/cli.ts', import.meta.url));
const IMAGES = fileURLToPath(new URL('../docs/images', import.meta.url));
const PORT = '18099';
const URL_OF_IT = `http://127.0.0.1:${PORT}`;
const LOOK_MS = 100_000;

const folder = await mkdtemp(join(tmpdir(), 'greenvue-screenshots-'));
const env = {
  PATH: process.env.PATH ?? '',
  DATA_DIR: folder,
  PORT,
  ADMIN_PASSWORD: 'correct horse battery',
  // Nobody listens there.
  SMTP_URL: 'smtp://127.0.0.1:9',
};
let server: ChildProcess | undefined;
let browser: Browser | undefined;
try {
  await run('demo');
  server = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  if (server.stdout !== null) await once(server.stdout, 'data');
  const api = connect({ url: `${URL_OF_IT}/api`, token: (await run('token')).trim(), retries: 10 });
  await patchJob(api, 'send-notifications', { max_attempts: 1, interval: '10s' });
  await putJob(api, 'weekly-digest', {
    name: 'Digest for sellers',
    type: 'weekly_seller_digest',
    cron: '0 8 * * MON',
    timezone: 'Europe/Berlin',
  });
  await delay(LOOK_MS);
  const [failed] = (await listJobRuns(api, 'send-notifications', { status: 'failed', limit: 1 })).data;
  browser = await launch();
  await mkdir(IMAGES, { recursive: true });
  const page = await newPage(browser);
  await shoot(page, 'sign-in', '/');
  await signIn(page);
  await shoot(page, 'overview', '/');
  await shoot(page, 'jobs', '/jobs');
  await shoot(page, 'job', '/jobs/update-search-index');
  await shoot(page, 'run', `/runs/${failed?.id ?? ''}`);
  await shoot(page, 'edit', '/jobs/cleanup-expired-listings/edit');
  await shoot(page, 'new', '/jobs/new');
  await page.emulateMedia({ colorScheme: 'dark' });
  await shoot(page, 'overview-dark', '/');
} finally {
  await browser?.close();
  server?.kill('SIGTERM');
  if (server !== undefined && server.exitCode === null) await once(server, 'exit');
  await rm(folder, { recursive: true, force: true });
}

/** A command of GreenVue; gives what it prints. */
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

/** By the sign-in page, which is open. */
async function signIn(page: Page): Promise<void> {
  await page.getByLabel('E-mail').fill('admin@greenvue.local');
  await page.getByLabel('Password', { exact: true }).fill(env.ADMIN_PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
}

async function shoot(page: Page, name: string, path: string): Promise<void> {
  await page.goto(`${URL_OF_IT}/console${path}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  // What is drawn after the first answers.
  await delay(1_500);
  await page.screenshot({ path: join(IMAGES, `console-${name}.png`) });
}
