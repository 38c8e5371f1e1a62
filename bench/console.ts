// The console in a real Chromium, on a server with little and with much: how large it is, how soon its pages are there, what they
// take; what open consoles cost the server; how soon a run that ends is on the screen. More arguments: which of `pages`, `cost`
// and `delay`.
import { launch } from '../packages/console/test/browser.ts';
import { measureCost } from './console/cost.ts';
import { measureDelay } from './console/delay.ts';
import { fillFolder, type Size } from './console/fill.ts';
import { type Instance, startInstance } from './console/instance.ts';
import { measureBundle, measurePages } from './console/pages.ts';
import { count, inFolder } from './measure.ts';

const asked = process.argv.slice(2);
const wants = (part: string) => asked.length === 0 || asked.includes(part);

const LITTLE: Size = { jobs: 20, runsOfEach: 20 };
const MUCH: Size = { jobs: 100_000, runsOfEach: 10 };

async function onInstance(size: Size, measure: (instance: Instance) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    await fillFolder(folder, size);
    const instance = await startInstance(folder);
    try {
      await measure(instance);
    } finally {
      await instance.stop();
    }
  });
}

const words = ({ jobs, runsOfEach }: Size): string => `${count(jobs)} jobs, ${count(jobs * runsOfEach)} runs`;

const browser = await launch();
try {
  if (wants('pages')) {
    for (const size of [LITTLE, MUCH]) {
      await onInstance(size, async (instance) => {
        if (size === LITTLE) await measureBundle(browser, instance);
        await measurePages(browser, instance, words(size));
      });
    }
  }
  if (wants('cost')) {
    await onInstance(MUCH, (instance) => measureCost(browser, instance, words(MUCH)));
  }
  if (wants('delay')) {
    await onInstance(MUCH, (instance) => measureDelay(browser, instance, words(MUCH)));
  }
} finally {
  await browser.close();
}
