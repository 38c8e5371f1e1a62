import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { launch } from '../../../../packages/console/test/browser.ts';
import { CONDITION_MS, TEST_MS } from '../../../../scripts/test-deadlines.ts';

/** The timeout of a test with a browser. */
export const SLOW_MS = TEST_MS;

/** The first admin of each server in these tests. */
export const EMAIL = 'admin@greenvue.local';
export const PASSWORD = 'correct horse battery';

/** A browser window on one server. */
export interface Visit {
  readonly page: Page;
  /** Faults that no page may have: errors of its code, CSP violations, requests to other servers. */
  readonly faults: readonly string[];
  /** Loads a page of the console by its address. */
  goTo(path: string): Promise<void>;
}

/** Opens a window on the server with this URL. The window closes when the test ends. */
export type Open = (url: string, options?: BrowserContextOptions) => Promise<Visit>;

/** The browser of this process, whose files share it. It ends with the process. */
let launched: Promise<Browser> | undefined;

/** A function that opens windows of one browser. `path`: of the console. */
export function startBrowser(path = '/console'): Open {
  return async (url, options) => {
    launched ??= launch();
    const context = await (await launched).newContext({
      viewport: { width: 1280, height: 900 },
      locale: 'en-GB',
      ...options,
    });
    onTestFinished(() => context.close());
    const faults = faultsOf(context, url);
    const page = await context.newPage();
    page.setDefaultTimeout(CONDITION_MS);
    return { page, faults, goTo: async (below) => void (await page.goto(`${url}${path}${below}`)) };
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

/** Fills in the visible sign-in form, by default as the first admin. */
export async function signIn(
  page: Page,
  { email = EMAIL, password = PASSWORD }: Account = {},
): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await button(page, 'Sign in').click();
}

/** Waits for the page with this heading. */
export function heading(page: Page, name: string | RegExp): Promise<void> {
  return page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
}

/** The first button with this name: the advice about a job may have a button of the same name. */
export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first();

export interface NewJob {
  readonly name: string;
  readonly type: string;
  readonly interval: string;
  /** The wait before the first retry; the job type's default if left out. */
  readonly firstWait?: string;
}

/** Creates a job with the form. Ends on the page of the job. */
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

/** Submits the form of a new job. */
export function saveNew(page: Page): Promise<void> {
  return button(page, 'Create job').click();
}

/** Runs the job of the open page. Ends on the page of the run. */
export async function runNow(page: Page): Promise<void> {
  await button(page, 'Run now').click();
  const dialog = page.getByRole('dialog', { name: 'Run this job now?' });
  await dialog.getByRole('button', { name: 'Run now' }).click();
  await dialog.waitFor({ state: 'hidden' });
}

/** Waits until a run's page shows this status, with any reason. */
export async function runIs(page: Page, status: string): Promise<void> {
  await heading(page, /^Run /);
  const badge = new RegExp(`^${status}( ·|$)`);
  await page.getByRole('main').getByText(badge).first().waitFor();
}

/** Whether the page scrolls sideways. */
export function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate<boolean>(
    'document.documentElement.scrollWidth > document.documentElement.clientWidth',
  );
}
