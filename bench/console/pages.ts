import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { builtConsole } from '@greenvue/console';
import { listJobRuns } from '@greenvue/jobs/client';
import type { Browser, BrowserContext } from 'playwright-core';
import { count, median, megabytes, ms, percentile, row } from '../support/measure.ts';
import { BUSIEST } from './fill.ts';
import type { Instance } from './instance.ts';
import {
  answersKey,
  heapOf,
  JOBS,
  jobPlace,
  OVERVIEW,
  openWindow,
  type Place,
  runPlace,
  SIGN_IN,
  scrollJobs,
  signIn,
  type Visit,
  visit,
} from './page.ts';

const REPEATS = 5;
const SCROLLED = { rows: 2, frames: 600 };

/** What a browser downloads at its first visit, without and with a session. */
export async function measureBundle(browser: Browser, instance: Instance): Promise<void> {
  for (const [place, session] of [[SIGN_IN], [OVERVIEW, await signIn(browser, instance)]] as const) {
    const window = await openWindow(browser, session);
    const page = await window.newPage();
    const files = new Set<string>();
    page.on('response', (response) => {
      const [, name] = /\/console\/(.*)$/.exec(response.url()) ?? [];
      if (name !== undefined) files.add(name === '' ? 'index.html' : name);
    });
    await visit(page, instance, place);
    const bytes = [...files].reduce((sum, name) => sum + gzippedSize(name), 0);
    row(`first visit, ${place.name}`, `${files.size} files`, `${kilobytes(bytes)} gzipped`);
    await window.close();
  }
}

function gzippedSize(name: string): number {
  const file = join(builtConsole(), name);
  return existsSync(`${file}.gz`) ? statSync(`${file}.gz`).size : gzipSync(readFileSync(file)).length;
}

const kilobytes = (bytes: number): string => `${(bytes / 1_000).toFixed(1)} kB`;

/** The load time and memory of each page. */
export async function measurePages(browser: Browser, instance: Instance, size: string): Promise<void> {
  const session = await signIn(browser, instance);
  const { data } = await listJobRuns(instance.api, BUSIEST, { limit: 1, status: 'failed' });
  for (const place of [OVERVIEW, JOBS, jobPlace(BUSIEST), runPlace(data[0]?.id ?? '')]) {
    const cold: Looked[] = [];
    const warm: Looked[] = [];
    let heap = 0;
    for (let n = 0; n < REPEATS; n++) {
      const window = await openWindow(browser, session);
      cold.push(await look(window, instance, place));
      const again = await look(window, instance, place);
      warm.push(again);
      heap = Math.max(heap, again.heap);
      await window.close();
    }
    row(`${place.name}, ${size}`, `cold: ${times(cold)}`, `warm: ${times(warm)}`, `heap ${megabytes(heap)}`);
  }
  await measureScrolling(instance, await openWindow(browser, session), size);
  row(`the server's process, ${size}`, `${megabytes((await instance.counts()).rss)} resident`);
}

interface Looked extends Visit {
  readonly key: number | undefined;
  readonly heap: number;
}

/** Opens a page in a new tab. */
async function look(window: BrowserContext, instance: Instance, place: Place): Promise<Looked> {
  const page = await window.newPage();
  const seen = await visit(page, instance, place);
  const key = place === JOBS ? await answersKey(page) : undefined;
  const looked = { ...seen, key, heap: await heapOf(page) };
  await page.close();
  return looked;
}

function times(all: readonly Looked[]): string {
  const of = (pick: (one: Looked) => number) => ms(median(all.map(pick)));
  const keys = all.flatMap(({ key }) => key ?? []);
  const parts = [`first paint ${of(({ painted }) => painted)}`, `shown ${of(({ shown }) => shown)}`];
  return [...parts, ...(keys.length === 0 ? [] : [`answers a key ${ms(median(keys))}`])].join(', ');
}

async function measureScrolling(instance: Instance, window: BrowserContext, size: string): Promise<void> {
  const page = await window.newPage();
  await visit(page, instance, JOBS);
  const before = await heapOf(page);
  const frames = await scrollJobs(page, SCROLLED);
  const after = await heapOf(page);
  row(
    `scrolling ${count(SCROLLED.rows * SCROLLED.frames)} rows of jobs, ${size}`,
    `frames p50 ${ms(percentile(frames, 0.5))}, p95 ${ms(percentile(frames, 0.95))}, longest ${ms(Math.max(...frames))}`,
    `heap ${megabytes(before)} before, ${megabytes(after)} after`,
  );
  await window.close();
}
