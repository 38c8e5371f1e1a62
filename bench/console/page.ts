import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Instance } from './instance.ts';

/** The pages that are measured: where they are, and what one has come to see. */
export interface Place {
  readonly name: string;
  readonly path: string;
  /** On the screen once what one came for is there. */
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

/** A window with a cache of its own; signed in, if there is a session. */
export async function openWindow(browser: Browser, session?: Session): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
  if (session !== undefined) await context.addInitScript(`Object.assign(sessionStorage, ${session})`);
  await context.addInitScript(NOTE_FOCUS);
  return context;
}

/** What a tab keeps once somebody has signed in, as JSON. */
export type Session = string;

/** Signs in with the API token, as a person does. */
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

/** Goes there, and gives when what was first painted, and what one came for, in ms from the start. */
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

/** When the row that `j` leads to has the focus. */
export async function answersKey(page: Page): Promise<number> {
  await page.keyboard.press('j');
  return page.evaluate<number>(ROW_FOCUSED);
}

/** What lives in the page's heap once the garbage is collected, in bytes. */
export async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.enable');
  for (let n = 0; n < 2; n++) await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

/** Scrolls the table of jobs down, so many rows with each frame; gives how long each frame took, in ms. */
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

/** The time of the frame that shows it, with nothing in its place that stands for what is being read. */
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
