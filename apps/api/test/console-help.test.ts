import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { done, startConsoleServer } from './console/console-server.ts';
import { looksWell } from './console/looks-well.ts';
import { button, heading, SLOW_MS, signIn, startBrowser } from './console/visit.ts';

const open = startBrowser();

const meaning = (page: Page) => page.getByRole('note');
const helpOf = (page: Page, word: string) => button(page, `What does “${word}” mean?`);

test(
  'a word of ours is explained where it stands: by keyboard, by mouse and by touch, with the words of the glossary',
  async () => {
    const { url, admin } = await startConsoleServer();
    const job = { id: 'a', name: 'A', type: 'update_search_index', interval: '1h' };
    await done(admin, 'POST', '/api/jobs', job);
    const { page, goTo, faults } = await open(url, { hasTouch: true });
    await goTo('/jobs/new');
    await signIn(page);
    await heading(page, 'New job');
    await button(
      page,
      'Overlap, catch-up and retries What happens when runs are slow, missed or fail',
    ).click();

    // By keyboard: the focus shows it, Escape hides it, and the button says it to screen readers.
    await helpOf(page, 'overlap').focus();
    await meaning(page).getByText('The policy for a slot that comes while a run is live').waitFor();
    const describedBy = await helpOf(page, 'overlap').getAttribute('aria-describedby');
    expect(await meaning(page).getAttribute('id')).toBe(describedBy);
    expect(await meaning(page).locator('code').allTextContents()).toEqual(['skip', 'queue', 'allow']);
    await looksWell(page);
    await page.keyboard.press('Escape');
    await meaning(page).waitFor({ state: 'hidden' });
    await page.keyboard.press('Tab');
    await page.keyboard.press('Shift+Tab');
    await meaning(page).getByText('overlap').waitFor();

    await helpOf(page, 'catch-up').click();
    await meaning(page).getByText('The rule for missed slots').waitFor();
    expect(await meaning(page).count()).toBe(1);
    await heading(page, 'New job');
    await page.getByRole('heading', { level: 1 }).click();
    await meaning(page).waitFor({ state: 'hidden' });

    await goTo('/jobs/a');
    await heading(page, 'A');
    await helpOf(page, 'backoff').tap();
    await meaning(page).getByText('The wait before a retry.').waitFor();
    await looksWell(page);
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
