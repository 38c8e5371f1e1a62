import { defineJobType } from '@greenvue/jobs';
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findings } from '../../../packages/console/test/axe.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import {
  button,
  heading,
  isTooWide,
  runIs,
  SLOW_MS,
  signIn,
  startBrowser,
  type Visit,
} from './console/visit.ts';

const open = startBrowser();

const JOBS = 70;
const ERROR =
  'connect ECONNREFUSED 10.0.0.7:443, after a wait of 5 seconds for the shop in the second region';

const sync = defineJobType({
  type: 'sync',
  payload: z.strictObject({}),
  maxAttempts: 1,
  run: async () => {
    throw new TypeError(ERROR);
  },
});
const hang = defineJobType({
  type: 'hang',
  payload: z.strictObject({}),
  run: ({ signal }) =>
    new Promise<undefined>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
});

/**
 * Counts the blue pixels of the lateness chart. As text, because types of this file do not apply in a page.
 */
const BLUE_PIXELS = `(() => {
  const canvas = document.querySelectorAll('.uplot canvas')[1];
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4)
    if (data[at + 3] > 200 && data[at + 2] - data[at] > 60) count += 1;
  return count;
})()`;

/** A server with more jobs than the list draws. One of them has many runs in one minute. */
async function openFleet(): Promise<Visit> {
  const { url, admin } = await startConsoleServer({ jobTypes: [sync, hang] });
  for (let at = 0; at < JOBS; at += 1)
    await done(admin, 'POST', '/api/jobs', {
      id: `job-${at}`,
      name: `Job ${at}`,
      type: 'hang',
      interval: '9h',
    });
  await done(admin, 'POST', '/api/jobs', {
    id: 'a-sync',
    name: 'Sync',
    type: 'sync',
    on_demand: true,
    overlap: 'allow',
  });
  for (let at = 0; at < 12; at += 1) await done(admin, 'POST', '/api/jobs/a-sync/runs', {});
  const visit = await open(url);
  await visit.goTo('/jobs');
  await signIn(visit.page);
  await visit.page.getByRole('row', { name: 'Sync' }).waitFor();
  return visit;
}

/** How much wider the content of an element is than the element. */
function overhang(element: Locator): Promise<number> {
  return element.evaluate((box) => box.scrollWidth - box.clientWidth);
}

const scrollerOf = (page: Page) => page.getByRole('table', { name: 'Jobs' }).locator('..');

test(
  'lists and charts fit each width, and show what they have: no empty tile, no lost column, no cut error',
  async () => {
    const { page, goTo, faults } = await openFleet();
    // Also with rows above and below that are not drawn, all columns fill the table.
    const table = page.getByRole('table', { name: 'Jobs' });
    const [response] = await Promise.all([page.waitForResponse(/\/api\/jobs\?/), page.reload()]);
    expect(response.headers()['content-encoding']).toBe('br');
    await page.getByRole('row', { name: 'Sync' }).waitFor();
    await scrollerOf(page).evaluate((box) => box.scrollTo(0, 1_500));
    await page.getByRole('row', { name: 'Job 30', exact: true }).waitFor();
    const drawn = await table.boundingBox();
    const last = await page
      .getByRole('row', { name: 'Job 30', exact: true })
      .getByRole('cell')
      .last()
      .boundingBox();
    expect(
      Math.abs((last?.x ?? 0) + (last?.width ?? 0) - ((drawn?.x ?? 0) + (drawn?.width ?? 0))),
    ).toBeLessThan(2);
    for (const width of [820, 1_020, 1_100, 1_280]) {
      await page.setViewportSize({ width, height: 900 });
      await expect.poll(() => overhang(scrollerOf(page))).toBeLessThan(1);
      await button(page, 'Run job-30 now').waitFor();
    }

    await page.setViewportSize({ width: 820, height: 900 });
    await goTo('/');
    await heading(page, 'Overview');
    const tiles = page.locator('dl').first();
    await tiles.getByText('Lateness, last minute').waitFor();
    const boxes = await Promise.all(
      (await tiles.locator(':scope > div').all()).map((tile) => tile.boundingBox()),
    );
    const area = (box: { width: number; height: number } | null) => (box?.width ?? 0) * (box?.height ?? 0);
    const used = boxes.reduce((sum, box) => sum + area(box), 0);
    expect(used / area(await tiles.boundingBox())).toBeGreaterThan(0.97);
    // The only minute with a lateness is a point, and no line.
    const blue = await page.evaluate<number>(BLUE_PIXELS);
    expect(blue).toBeGreaterThan(8);

    // Many runs at once are counted; on a phone, the history shows each error whole.
    await page.setViewportSize({ width: 390, height: 800 });
    await goTo('/jobs/a-sync');
    await page
      .getByText(/^Many runs: each column counts the runs of .+ The highest column has 12\.$/)
      .waitFor();
    const history = page.getByRole('region', { name: 'Runs of the job' });
    const note = history.getByText(`TypeError: ${ERROR}`).first();
    await note.waitFor();
    expect(await overhang(history)).toBe(0);
    expect(await overhang(note)).toBeLessThan(1);
    expect(await isTooWide(page)).toBe(false);
    expect(await findings(page)).toEqual([]);

    // A cancelled run names who asked for it and who cancelled it.
    await page.setViewportSize({ width: 1_280, height: 900 });
    await goTo('/jobs/job-1');
    await button(page, 'Run now').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Run now' }).click();
    await runIs(page, 'running');
    await button(page, 'Cancel').click();
    const dialog = page.getByRole('dialog', { name: 'Cancel this run?' });
    await dialog.getByRole('button', { name: 'Back' }).waitFor();
    await dialog.getByRole('button', { name: 'Cancel the run' }).click();
    const fact = (name: string) =>
      page.getByText(name, { exact: true }).locator('..').getByText('you', { exact: true });
    for (const name of ['Requested by', 'Cancelled by']) await fact(name).waitFor();
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
