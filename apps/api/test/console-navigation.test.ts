import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { findings } from '../../../packages/console/test/axe.ts';
import { textOf } from '../src/testing/test-bodies.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import { button, heading, isTooWide, PASSWORD, SLOW_MS, signIn, startBrowser } from './console/visit.ts';

const open = startBrowser();
const ANN = 'ann@example.com';

const navigation = (page: Page) => page.getByRole('navigation', { name: 'Console' });

/** The names of the links in the navigation. */
async function linksOf(page: Page): Promise<readonly string[]> {
  return navigation(page).getByRole('link').allTextContents();
}

/** How far the last control of the header is beyond the right edge of the window. */
async function headerOverhang(page: Page): Promise<number> {
  const box = await page.getByRole('banner').getByRole('button').last().boundingBox();
  return (box?.x ?? 0) + (box?.width ?? 0) - (page.viewportSize()?.width ?? 0);
}

test(
  'the menu "Manage" has the pages that an admin manages, by mouse and by keyboard, on wide and narrow screens',
  async () => {
    const { url } = await startConsoleServer();
    const { page, goTo, faults } = await open(url);
    await goTo('/');
    await signIn(page);
    await heading(page, 'Overview');
    expect(await linksOf(page)).toEqual(expect.arrayContaining(['Overview', 'Jobs', 'Runs', 'Failures']));
    const overview = navigation(page).getByRole('link', { name: 'Overview' });
    expect(await overview.getAttribute('aria-current')).toBe('page');

    // By keyboard: Enter opens the menu, its first item has the focus, Escape returns to the button.
    const manage = button(page, 'Manage');
    await manage.focus();
    await page.keyboard.press('Enter');
    const channels = page.getByRole('menuitem', { name: 'Channels' });
    await channels.waitFor();
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await channels.waitFor({ state: 'hidden' });
    await expect.poll(() => manage.evaluate((element) => element.matches(':focus'))).toBe(true);

    await manage.click();
    await channels.click();
    await heading(page, 'Channels');
    expect(await manage.getAttribute('data-current')).toBe('true');

    for (const width of [992, 1_100, 1_280]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await headerOverhang(page)).toBeLessThanOrEqual(0);
      expect(await isTooWide(page)).toBe(false);
    }
    await page.setViewportSize({ width: 390, height: 800 });
    await button(page, 'Open the menu').click();
    await navigation(page).getByRole('link', { name: 'Channels' }).waitFor();
    expect(await findings(page)).toEqual([]);
    await navigation(page).getByRole('link', { name: 'Jobs' }).click();
    await heading(page, 'Jobs');
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test(
  'an operator finds only the pages that the server shows to operators',
  async () => {
    const { url, admin } = await startConsoleServer();
    const account = { email: ANN, name: 'Ann', password: PASSWORD };
    const id = textOf(await done(admin, 'POST', '/api/auth/register', account), 'user', 'id');
    await done(admin, 'PATCH', `/api/users/${id}`, { role: 'operator' });
    const { page, goTo } = await open(url, { viewport: { width: 390, height: 800 } });
    await goTo('/');
    await signIn(page, { email: ANN });
    await heading(page, 'Overview');
    await button(page, 'Open the menu').click();
    await navigation(page).getByRole('link', { name: 'Failures' }).waitFor();
    expect(await linksOf(page)).not.toContain('Channels');
  },
  SLOW_MS,
);
