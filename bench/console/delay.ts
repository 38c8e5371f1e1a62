import { createJob, eachJobRun, runJob } from '@greenvue/jobs/client';
import type { Browser, Page } from 'playwright-core';
import { ms, percentile, row, sleep } from '../support/measure.ts';
import { type Instance, keepRunning } from './instance.ts';
import { openClients } from './open-clients.ts';
import { JOBS, jobPlace, OVERVIEW, openWindow, type Place, signIn, visit } from './page.ts';

/** The first row of the jobs table, which is sorted by id. */
const WATCHED = 'a-watched-job';
/** The longest wait for the last runs. */
const PATIENCE_MS = 3_000;

interface Pace {
  readonly perSecond: number;
  readonly runs: number;
  /** Runs of other jobs per second. */
  readonly others: number;
  /** Further consoles open on the overview. */
  readonly consoles: number;
}

const PACES: readonly Pace[] = [
  { perSecond: 2, runs: 100, others: 0, consoles: 0 },
  { perSecond: 10, runs: 250, others: 100, consoles: 0 },
  { perSecond: 10, runs: 150, others: 100, consoles: 49 },
];

/** How long after a run's end an open page shows that it succeeded. */
export async function measureDelay(browser: Browser, instance: Instance, size: string): Promise<void> {
  const job = {
    id: WATCHED,
    name: 'A watched job',
    type: 'noop',
    on_demand: true,
    overlap: 'allow',
  } as const;
  await createJob(instance.api, job);
  await runJob(instance.api, WATCHED);
  const window = await openWindow(browser, await signIn(browser, instance));
  await window.addInitScript(WATCH_ENDS);
  for (const pace of PACES) {
    const end = await keepRunning(instance, pace.others);
    const close = await openClients(instance, OVERVIEW, pace.consoles);
    for (const place of [jobPlace(WATCHED), JOBS])
      await measureOn(await window.newPage(), place, { instance, pace, size });
    await close();
    await end();
  }
  await window.close();
}

interface Setting {
  readonly instance: Instance;
  readonly pace: Pace;
  readonly size: string;
}

async function measureOn(page: Page, place: Place, { instance, pace, size }: Setting): Promise<void> {
  await visit(page, instance, place);
  const ids = await trigger(instance, pace);
  await sleep(PATIENCE_MS);
  const seen = await page.evaluate<Readonly<Record<string, number>>>('window.endsSeen');
  const delays: number[] = [];
  for await (const { id, finished_at: end } of eachJobRun(instance.api, WATCHED, { limit: 200 })) {
    const at = seen[id];
    if (ids.has(id) && at !== undefined && end !== null) delays.push(at - Date.parse(end));
  }
  await page.close();
  const beside = `beside ${pace.others} of other jobs and ${pace.consoles} other consoles`;
  row(
    `from a run's end to the screen, ${place.name}, ${pace.perSecond} runs/s ${beside}, ${size}`,
    `${delays.length} of ${ids.size} seen`,
    `p50 ${ms(percentile(delays, 0.5))}, p99 ${ms(percentile(delays, 0.99))}, longest ${ms(Math.max(...delays))}`,
  );
}

/** At random times: a fixed interval would always hit the same point of the page's own interval. */
async function trigger({ api }: Instance, { perSecond, runs }: Pace): Promise<ReadonlySet<string>> {
  const asked: Promise<string>[] = [];
  for (let n = 0; n < runs; n++) {
    await sleep((-Math.log(1 - Math.random()) * 1_000) / perSecond);
    asked.push(runJob(api, WATCHED).then(({ id }) => id));
  }
  return new Set(await Promise.all(asked));
}

/**
 * Records when each run is first painted as succeeded, in ms since 1970, in a job's history and in its table
 * row.
 */
const WATCH_ENDS = `{
  const links = 'a[aria-label^="Open run"], [data-row="${WATCHED}"] a[data-status]';
  const isDone = (link) => (link.dataset.status ?? link.closest('tr').cells[0].textContent) === 'succeeded';
  const seen = (window.endsSeen = {});
  const note = () => {
    isLooking = false;
    const now = performance.timeOrigin + performance.now();
    for (const link of document.querySelectorAll(links)) if (isDone(link)) seen[link.href.split('/').pop()] ??= now;
  };
  let isLooking = false;
  const look = () => {
    if (isLooking) return;
    isLooking = true;
    requestAnimationFrame(() => setTimeout(note));
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
}`;
