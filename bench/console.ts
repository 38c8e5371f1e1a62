// The console in a real Chromium, on a small and a large database: its size, load times and memory; what open
// consoles cost the server; how soon a finished run is on the screen. Argument `postgres`: on a PostgreSQL 18
// of its own. Further arguments: some of `pages`, `cost` and `delay`.
import { launch } from '../packages/console/test/browser.ts';
import { measureCost } from './console/cost.ts';
import { measureDelay } from './console/delay.ts';
import type { Size } from './console/fill.ts';
import { type Instance, onInstance } from './console/instance.ts';
import { measureBundle, measurePages } from './console/pages.ts';
import { count } from './support/measure.ts';

const asked = process.argv.slice(2);
const store = asked[0] === 'postgres' ? 'PostgreSQL' : 'SQLite';
const parts = asked.filter((word) => word !== 'postgres');
const wants = (part: string) => parts.length === 0 || parts.includes(part);

const LITTLE: Size = { jobs: 20, runsOfEach: 20 };
const MUCH: Size = { jobs: 100_000, runsOfEach: 10 };

const browser = await launch();
const measure = (size: Size, work: (instance: Instance, size: string) => Promise<void>) =>
  onInstance({ size, store }, (instance) => work(instance, wordsOf(size)));
try {
  if (wants('pages')) {
    await measure(LITTLE, async (instance, size) => {
      await measureBundle(browser, instance);
      await measurePages(browser, instance, size);
    });
    await measure(MUCH, (instance, size) => measurePages(browser, instance, size));
  }
  if (wants('cost')) await measure(MUCH, (instance, size) => measureCost(browser, instance, size));
  if (wants('delay')) await measure(MUCH, (instance, size) => measureDelay(browser, instance, size));
} finally {
  await browser.close();
}

function wordsOf({ jobs, runsOfEach }: Size): string {
  return `${count(jobs)} jobs, ${count(jobs * runsOfEach)} runs, ${store}`;
}
