// `npm run pictures`: the pictures of the README and the docs, in docs/images, from the demo's seeded day:
// each page of the console, and an animation of the demo's incident. The script stops everything that it
// starts. `npm run pictures -- incident`: only the animation; `stills`: only the pages.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { launch } from '../../packages/console/test/browser.ts';
import { startDemo } from './demo-server.ts';
import { filmIncident } from './incident.ts';
import { takeStills } from './stills.ts';

const IMAGES = fileURLToPath(new URL('../../docs/images', import.meta.url));
/** Then the jobs have caught up, and the numbers of the last minute are those of any minute. */
const WARM_UP_MS = 130_000;
const only = process.argv[2];

await mkdir(IMAGES, { recursive: true });
const demo = await startDemo();
const browser = await launch();
try {
  if (only !== 'incident') {
    await delay(WARM_UP_MS);
    await takeStills(browser, demo, IMAGES);
  }
  // Last, because it ends the incident.
  if (only !== 'stills') await filmIncident(browser, demo, join(IMAGES, 'incident.webp'));
} finally {
  await browser.close();
  await demo.stop();
}
