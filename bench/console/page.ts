import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Instance } from './instance.ts';

/** The measured pages: their addresses and their main content. */
export interface Place {
  readonly name: string;
  readonly path: string;
  /** The selector of the page's main content. */
  readonly shown: string;
}

export const SIGN_IN: Place = { name: 'sign-in', path: '/', shown: 'input[type=password]' };
export const OVERVIEW: Place = { name: 'overview', path: '/', shown: 'main dl' };
export const JOBS: Place = { name: 'jobs', path: '/jobs', shown: 'tr[data-row]' };
export const jobPlace = (id: string): Place => ({
  name: `job ${id}`,
  path: `/jobs/${id}`,
  shown: 'a[aria-label^="Open run"]',
});
export const runPlace = (id: string): Place => ({ name: 'run', path: `/runs/${id}`, shown: 'main dl' });

/** A window with its own cache, signed in if there is a session. */
export async function openWindow(browser: Browser, session?: Session): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
  if (session !== undefined) await context.addInitScript(`Object.assign(sessionStorage, ${session})`);
  await context.addInitScript(NOTE_FOCUS);
  return context;
}

/** A signed-in tab's session storage, as JSON. */
export type Session = string;

/** Signs in with the API token on the sign-in page. */
export async function signIn(browser: Browser, { url, token }: Instance): Promise<Session> {
  const window = await openWindow(browser);
  const page = await window.newPage();
  await page.goto(`${url}/console/`);
  await page.getByRole('button', { name: 'Use an API token instead' }).click();
  await page.getByLabel('API token', { exact: true }).fill(token);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  const session = await page.evaluate<Session>('JSON.stringify(sessionStorage)');
  await window.close();
  return session;
}

/** Opens a page; returns the times (ms) of the first paint and of the main content. */
export async function visit(page: Page, { url }: Instance, place: Place): Promise<Visit> {
  await page.goto(`${url}/console${place.path}`, { waitUntil: 'commit' });
  const shown = await page.evaluate<number>(untilShown(place.shown));
  const painted = await page.evaluate<number>(FIRST_PAINT);
  return { painted, shown };
}

export interface Visit {
  readonly painted: number;
  readonly shown: number;
}

/** When the row selected by `j` has the focus. */
export async function answersKey(page: Page): Promise<number> {
  await page.keyboard.press('j');
  return page.evaluate<number>(ROW_FOCUSED);
}

/** The page's live heap after a garbage collection, in bytes. */
export async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.enable');
  for (let n = 0; n < 2; n++) await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

/** Scrolls down the jobs table by a number of rows per frame; returns the time of each frame in ms. */
export async function scrollJobs(page: Page, { rows, frames }: Scrolling): Promise<readonly number[]> {
  return page.evaluate<readonly number[]>(`new Promise((resolve) => {
    const box = document.querySelector('tr[data-row]').closest('table').parentElement;
    const times = [];
    let before = performance.now();
    const step = (now) => {
      times.push(now - before);
      before = now;
      box.scrollTop += ${rows} * 57;
      if (times.length < ${frames}) requestAnimationFrame(step);
      else resolve(times.slice(1));
    };
    requestAnimationFrame(step);
  })`);
}

export interface Scrolling {
  readonly rows: number;
  readonly frames: number;
}

const FIRST_PAINT = `new Promise((resolve) => {
  const look = () => {
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    if (paint === undefined) requestAnimationFrame(look);
    else resolve(paint.startTime);
  };
  look();
})`;

/** The time of the frame that shows the content without a loading placeholder. */
const untilShown = (selector: string) => `new Promise((resolve) => {
  const isThere = () =>
    document.querySelector('${selector}') !== null && document.querySelector('[aria-label="Loading"]') === null;
  const look = () => {
    if (isThere()) requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
    else requestAnimationFrame(look);
  };
  look();
})`;

const NOTE_FOCUS = `addEventListener('focusin', (event) => {
  if (event.target instanceof Element && event.target.matches('[data-row]')) window.rowFocusedAt ??= performance.now();
})`;

const ROW_FOCUSED = `new Promise((resolve) => {
  const look = () => {
    if (window.rowFocusedAt === undefined) requestAnimationFrame(look);
    else resolve(window.rowFocusedAt);
  };
  look();
})`;
