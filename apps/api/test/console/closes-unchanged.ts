import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** As text, because the types of this file do not apply in the page. */
const WATCH = `(() => {
  const dialog = document.querySelector('[role="dialog"]');
  const shown = dialog.textContent;
  window.changedTexts = [];
  const look = () => { if (dialog.textContent !== shown) window.changedTexts.push(dialog.textContent); };
  new MutationObserver(look).observe(dialog, { childList: true, subtree: true, characterData: true });
})()`;

/** Closes the open dialog with this button, and checks that its text stays until it is out of sight. */
export async function closesUnchanged(page: Page, name: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await page.evaluate(WATCH);
  await dialog.getByRole('button', { name, exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
  expect(await page.evaluate<readonly string[]>('window.changedTexts')).toEqual([]);
}
