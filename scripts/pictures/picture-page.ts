import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { DemoServer } from './demo-server.ts';
import { pictureStyle } from './picture-style.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** For what a page draws after its first answers, and its transitions. */
const REST_MS = 1_800;

export interface PageLook {
  readonly width: number;
  readonly height: number;
  /** Pixels of the picture for each one of the page. */
  readonly scale: number;
  readonly isDark?: boolean;
}

/** A page of the console, signed in as the demo's admin, in fonts that people know. */
export async function openConsole(browser: Browser, demo: DemoServer, look: PageLook): Promise<Page> {
  const context = await contextOf(browser, look);
  const page = await context.newPage();
  await page.goto(`${demo.url}/console/`);
  await page.getByLabel('E-mail').fill(demo.email);
  await page.getByLabel('Password', { exact: true }).fill(demo.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  await dress(page);
  return page;
}

async function contextOf(
  browser: Browser,
  { width, height, scale, isDark = false }: PageLook,
): Promise<BrowserContext> {
  return browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: scale,
    locale: 'en-GB',
    timezoneId: 'UTC',
    colorScheme: isDark ? 'dark' : 'light',
    // The console's policy allows no style sheet of others.
    bypassCSP: true,
  });
}

/** Opens a page of the console, and waits until it is at rest. */
export async function visit(page: Page, demo: DemoServer, path: string): Promise<void> {
  await page.goto(`${demo.url}/console${path}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await dress(page);
}

async function dress(page: Page): Promise<void> {
  await page.addStyleTag({ content: pictureStyle() });
  await rest(page);
}

/** Shows a usual folder in stacks, and not that of this machine. */
export async function hideFolder(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text !== null; text = texts.nextNode())
      if (text.data.includes(${JSON.stringify(ROOT)})) text.data = text.data.replaceAll(${JSON.stringify(ROOT)}, '/srv/greenvue/');
  })()`);
}

export async function rest(page: Page): Promise<void> {
  await page.evaluate('document.fonts.ready.then(() => undefined)');
  await delay(REST_MS);
}
