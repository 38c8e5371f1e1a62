import { join } from 'node:path';
import { listJobRuns } from '@greenvue/jobs/client';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import type { DemoServer } from './demo-server.ts';
import { hideFolder, openConsole, type PageLook, rest, visit } from './picture-page.ts';

const WIDE: PageLook = { width: 1280, height: 800, scale: 2 };
const TALL: PageLook = { ...WIDE, height: 1180 };
const PHONE: PageLook = { width: 390, height: 844, scale: 2 };

interface Still {
  readonly name: string;
  readonly path: string;
  /** Default: {@link WIDE}. */
  readonly look?: PageLook;
  /** What to do on the page before the picture. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

async function stillsOf({ api }: DemoServer): Promise<readonly Still[]> {
  const [failed] = (await listJobRuns(api, 'fraud-uk', { status: 'failed', limit: 1 })).data;
  return [
    { name: 'overview', path: '/' },
    { name: 'overview-dark', path: '/', look: { ...WIDE, isDark: true } },
    { name: 'jobs', path: '/jobs' },
    { name: 'runs', path: '/runs?status=failed' },
    { name: 'failures', path: '/failures', prepare: openFirstStack },
    { name: 'what-ran', path: '/timeline/what-ran' },
    { name: 'what-comes', path: '/timeline/what-comes' },
    { name: 'activity', path: '/activity' },
    { name: 'channels', path: '/channels' },
    { name: 'job', path: '/jobs/payouts-nordbank', look: TALL },
    { name: 'run', path: `/runs/${failed?.id ?? ''}`, look: TALL, prepare: openFirstStack },
    { name: 'edit', path: '/jobs/payouts-nordbank/edit' },
    { name: 'phone', path: '/', look: PHONE },
    { name: 'phone-job', path: '/jobs/payouts-nordbank', look: PHONE },
  ];
}

/** Makes `console-<name>.png` of each page. */
export async function takeStills(browser: Browser, demo: DemoServer, folder: string): Promise<void> {
  for (const { name, path, look = WIDE, prepare } of await stillsOf(demo)) {
    const page = await openConsole(browser, demo, look);
    await visit(page, demo, path);
    await prepare?.(page);
    await rest(page);
    await hideFolder(page);
    const picture = await page.screenshot();
    await page.context().close();
    // A palette suits the few colors of a page, and takes a third of the bytes.
    await sharp(picture)
      .png({ palette: true, colours: 256, effort: 9, compressionLevel: 9 })
      .toFile(join(folder, `console-${name}.png`));
  }
}

async function openFirstStack(page: Page): Promise<void> {
  await page
    .getByText(/^Stack/)
    .first()
    .click();
}
