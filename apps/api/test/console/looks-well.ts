import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { findings } from '../../../../packages/console/test/axe.ts';
import { isTooWide } from './visit.ts';

/**
 * Checks the open page in both looks: axe finds nothing, and the page does not scroll sideways. Leaves it in
 * the light look, with the last of `widths` (px).
 */
export async function looksWell(page: Page, widths: readonly number[] = [1280]): Promise<void> {
  await looksWellAt(page, 'dark', 390);
  for (const width of widths) await looksWellAt(page, 'light', width);
}

async function looksWellAt(page: Page, colorScheme: 'dark' | 'light', width: number): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.setViewportSize({ width, height: 900 });
  expect(await findings(page), `${colorScheme}, ${width} px`).toEqual([]);
  expect(await isTooWide(page), `wider than ${width} px`).toBe(false);
}
