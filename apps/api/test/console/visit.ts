import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { launch } from '../../../../packages/console/test/browser.ts';

/** A browser, a server and several processes of theirs, on a machine that may be busy. */
export const SLOW_MS = 180_000;
const STEP_MS = 20_000;

/** Of the first admin of each server in these tests. */
export const EMAIL = 'admin@greenvue.local';
export const PASSWORD = 'correct horse battery';

/** A browser window of its own, on one server. */
export interface Visit {
  readonly page: Page;
  /** What no page may have: errors of its code, what its CSP refused, requests to anybody but its server. */
  readonly faults: readonly string[];
  /** Loads a page of the console, as who types its address. */
  goTo(path: string): Promise<void>;
}

/** Opens a window on the server of that URL; closed when the test is over. */
export type Open = (url: string, options?: BrowserContextOptions) => Promise<Visit>;

/** One browser for all tests of a file. */
export function startBrowser(): Open {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await launch();
  }, SLOW_MS);
  afterAll(() => browser?.close());
  return async (url, options) => {
    if (browser === undefined) throw new Error('there is no browser yet');
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      locale: 'en-GB',
      ...options,
    });
    onTestFinished(() => context.close());
    const faults = faultsOf(context, url);
    const page = await context.newPage();
    page.setDefaultTimeout(STEP_MS);
    return { page, faults, goTo: async (path) => void (await page.goto(`${url}/console${path}`)) };
  };
}

function faultsOf(context: BrowserContext, url: string): readonly string[] {
  const faults: string[] = [];
  context.on('weberror', (error) => faults.push(String(error.error())));
  context.on('console', (message) => {
    const isOfNetwork = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isOfNetwork) faults.push(message.text());
  });
  context.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== url && protocol !== 'data:') faults.push(`a request to ${request.url()}`);
  });
  return faults;
}

interface Account {
  readonly email?: string;
  readonly password?: string;
}

/** Fills in the sign-in that is shown, as the first admin unless told. */
export async function signIn(
  page: Page,
  { email = EMAIL, password = PASSWORD }: Account = {},
): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await button(page, 'Sign in').click();
}

/** Waits for the page of that name. */
export function heading(page: Page, name: string | RegExp): Promise<void> {
  return page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
}

/** The first one: what is wrong with a job may have a button of its own. */
export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first();

export interface NewJob {
  readonly name: string;
  readonly type: string;
  readonly interval: string;
  /** Of a run that fails; the type's own unless told. */
  readonly firstWait?: string;
}

/** Creates a job by the form, and ends on its page. */
export async function createJob({ page, goTo }: Visit, job: NewJob): Promise<void> {
  await goTo('/jobs/new');
  await page.getByRole('textbox', { name: 'Name' }).fill(job.name);
  await page.getByRole('combobox', { name: 'Job type' }).click();
  await page.getByRole('option', { name: job.type }).click();
  await page.getByRole('textbox', { name: 'Interval' }).fill(job.interval);
  if (job.firstWait !== undefined) {
    await page.getByRole('button', { name: /Overlap, catch-up and retries/ }).click();
    await page.getByRole('textbox', { name: 'First wait' }).fill(job.firstWait);
  }
  await saveNew(page);
  await heading(page, job.name);
}

/** Sends the form of a new job. */
export function saveNew(page: Page): Promise<void> {
  return button(page, 'Create job').click();
}

/** Runs the job whose page is open, and ends on the page of the run. */
export async function runNow(page: Page): Promise<void> {
  await button(page, 'Run now').click();
  const dialog = page.getByRole('dialog', { name: 'Run this job now?' });
  await dialog.getByRole('button', { name: 'Run now' }).click();
  await dialog.waitFor({ state: 'hidden' });
}

/** Waits until the page of a run says that the run has this status, whatever the reason. */
export async function runIs(page: Page, status: string): Promise<void> {
  await heading(page, /^Run /);
  const badge = new RegExp(`^${status}( ·|$)`);
  await page.getByRole('main').getByText(badge).first().waitFor();
}

/** Whether the page can be scrolled to the side. */
export function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate<boolean>(
    'document.documentElement.scrollWidth > document.documentElement.clientWidth',
  );
}
