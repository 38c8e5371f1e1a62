import { createJobs, defineJobType } from '@greenvue/jobs';
import { postgres } from '@greenvue/jobs/postgres';
import { sqlite } from '@greenvue/jobs/sqlite';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { findings } from '../../../packages/console/test/axe.ts';
import { createTestPostgres } from '../src/testing/test-database.ts';
import { looksWell } from './console/looks-well.ts';
import { startViewerHost } from './console/viewer-host.ts';
import { button, heading, SLOW_MS, startBrowser } from './console/visit.ts';

const open = startBrowser('');

const held = defineJobType({
  type: 'held',
  payload: z.strictObject({}),
  run: ({ signal }) =>
    new Promise<void>((resolve) => {
      ends.push(resolve);
      signal.addEventListener('abort', () => resolve());
    }),
});
/** What ends the running runs, in the order of their starts. */
const ends: (() => void)[] = [];

const banner = (page: Page) => page.getByRole('status').filter({ hasText: 'no run starts' });
const card = (page: Page, id: string) => page.getByRole('region').filter({ hasText: id });

// Promise P42, drained nodes.
test(
  'an operator drains one of two nodes: its run finishes, its places are free, and the other node works',
  async () => {
    const url = await createTestPostgres();
    const [here, other] = [1, 2].map(() =>
      createJobs({ store: postgres(url), types: [held], concurrency: 2 }),
    );
    if (here === undefined || other === undefined) throw new Error('two nodes are required');
    await here.start();
    await here.schedule(held, { id: 'long', name: 'Long', onDemand: true, overlap: 'allow' });
    const { run } = await here.trigger('long');
    await expect.poll(() => ends.length).toBe(1);
    const server = await startViewerHost(here);
    await other.start();
    onTestFinished(() => other.stop());
    const [hereId = '', otherId = ''] = (await here.listNodes()).map(({ node }) => node);

    const { page, faults, goTo } = await open(server);
    await goTo('/admin/jobs');
    await heading(page, 'Overview');
    // A node has one name everywhere. These two share a process, so the name ends with a part of the id.
    const named = (id: string) => new RegExp(` \\(process \\d+\\), ${id.slice(0, 8)}`);
    await page.getByRole('region', { name: 'Table of nodes' }).getByText(named(otherId)).waitFor();
    await goTo('/admin/jobs/timeline/what-ran?by=node');
    await page.getByRole('link', { name: named(hereId) }).click();
    await page.waitForURL((at) => at.searchParams.get('node') === hereId);
    await goTo(`/admin/jobs/runs/${run.id}`);
    await page.getByText(named(hereId)).waitFor();
    await goTo('/admin/jobs');
    await page.getByRole('link', { name: 'Show the nodes' }).click();
    await heading(page, 'Nodes');
    const drained = card(page, hereId);
    await drained.getByText('1 of 2 busy, 1 free').waitFor();
    await drained.getByText('answers this page').waitFor();
    await card(page, otherId).getByText('Nothing is running here.').waitFor();
    await looksWell(page);
    await drained.getByRole('link', { name: 'All running runs of this node' }).click();
    await page.waitForURL((at) => at.search === `?status=running&node=${hereId}`);
    await page.goBack();

    // By keyboard: the button that does nothing has the focus first, and the focus returns.
    const drain = drained.getByRole('button', { name: /^Drain / });
    await drain.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Drain this node?' });
    await dialog.getByText('Running runs finish; queued ones wait for other nodes.').waitFor();
    expect(await dialog.getByText('No other node runs jobs').count()).toBe(0);
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await drained.getByText('It finishes 1 run, and starts no others.').waitFor();
    const resume = drained.getByRole('button', { name: /^Resume / });
    await expect.poll(() => resume.evaluate((element) => element.matches(':focus'))).toBe(true);
    expect(await banner(page).count()).toBe(0);

    // New runs start on the other node, and the page shows them.
    const next = await here.trigger('long');
    await card(page, otherId).getByText('1 of 2 busy, 1 free').waitFor();
    await expect.poll(async () => (await here.getRun(next.run.id)).run.status).toBe('running');
    ends[0]?.();
    await drained.getByText('It is empty: you can stop or update it.').waitFor();
    await drained.getByText('0 of 2 busy, 2 free').waitFor();
    expect((await here.getRun(run.id)).run).toMatchObject({ status: 'succeeded' });
    await looksWell(page);

    await resume.click();
    await button(page, 'Resume node').click();
    await drained.getByText('The node works.').waitFor();
    await goTo('/admin/jobs/activity');
    await page.getByText('drained the node').waitFor();
    await page.getByText('resumed the node').waitFor();
    // A drain sends no event, and the page follows it.
    expect(await page.getByText('drained the node').count()).toBe(1);
    await here.drainNode(otherId);
    await expect.poll(() => page.getByText('drained the node').count(), { timeout: 30_000 }).toBe(2);
    // A stop would wait for them.
    for (const end of ends) end();
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test.each(['sqlite', 'postgres'] as const)(
  'when the only node is drained, every page says so and what to do; a viewer can drain none (%s)',
  async (dialect) => {
    const store = dialect === 'sqlite' ? sqlite(':memory:') : postgres(await createTestPostgres());
    const jobs = createJobs({ store, types: [held] });
    const server = await startViewerHost(jobs);
    const viewer = await open(server);
    await viewer.goTo('/view/jobs/nodes');
    await heading(viewer.page, 'Nodes');
    await viewer.page.getByText('Nothing is running here.').waitFor();
    expect(await viewer.page.getByRole('button', { name: /^(Drain|Resume) / }).count()).toBe(0);

    const { page, faults, goTo } = await open(server);
    await goTo('/admin/jobs/nodes');
    await page.getByRole('button', { name: /^Drain / }).click();
    await page.getByText('No other node runs jobs').waitFor();
    await button(page, 'Drain node').click();
    await banner(page).getByText('Resume a node, or start another one.').waitFor();
    await goTo('/admin/jobs/runs');
    await banner(page).getByText('The only node is drained').waitFor();
    await looksWell(page);
    // The page of the viewer is live, and a viewer is told whom to ask.
    await viewer.page.getByText('It is empty: you can stop or update it.').waitFor();
    await banner(viewer.page).getByText('Ask an operator to resume a node.').waitFor();

    await banner(page).getByRole('link', { name: 'Show the nodes' }).click();
    await page.getByRole('button', { name: /^Resume / }).click();
    await button(page, 'Resume node').click();
    await banner(page).waitFor({ state: 'detached' });
    await banner(viewer.page).waitFor({ state: 'detached' });
    expect([...faults, ...viewer.faults]).toEqual([]);
  },
  SLOW_MS,
);
