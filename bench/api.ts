// The API beside the jobs: GET /api/listings?limit=20 at a fixed 500 requests/s: idle, while no-ops drain at
// full speed, and during a full reindex of 100,000 listings. Then saturated with 20 connections, idle and
// draining.

import { join } from 'node:path';
import { fixedRate, type Load, saturated } from './support/load.ts';
import { fillMarket } from './support/market.ts';
import { count, inFolder, median, ms, row, sleep } from './support/measure.ts';
import { queueRuns, sqliteAt } from './support/noop.ts';
import { type BenchServer, startServer } from './support/server.ts';

const PORT = 18_081;
const LISTINGS = 100_000;
const RATE = 500;
const SECONDS = 8;
const QUEUED = 1_200_000;
/** Shared cores vary: the results are medians over this many servers, each measured idle and busy. */
const ROUNDS = 3;

async function get<T>({ url }: BenchServer, path: string): Promise<T> {
  const response = await fetch(`${url}${path}`);
  return (await response.json()) as T;
}

const drainedOf = async (server: BenchServer) =>
  (await get<{ drained: number }>(server, '/bench/drained')).drained;

async function withServer(
  runs: number,
  measure: (server: BenchServer, listings: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    await fillMarket(join(folder, 'app.db'), { listings: LISTINGS, old: 0 });
    if (runs > 0) await queueRuns(sqliteAt(join(folder, 'jobs.db')), { jobs: 100, runs: runs / 100 });
    const server = await startServer(folder, PORT, 'bench/support/api-server.ts');
    try {
      await fixedRate(`${server.url}/api/listings?limit=20`, { perSecond: RATE, seconds: 4 });
      await measure(server, `${server.url}/api/listings?limit=20`);
    } finally {
      await server.stop();
    }
  });
}

interface Beside {
  readonly idle: Load;
  readonly busy: Load;
}

/** Runs a measurement on several servers in turn, and prints the medians. */
async function rounds(
  what: string,
  queued: number,
  measure: (server: BenchServer, listings: string) => Promise<Beside & { readonly beside: string }>,
): Promise<void> {
  const all: (Beside & { readonly beside: string })[] = [];
  for (let n = 0; n < ROUNDS; n++) {
    await withServer(queued, async (server, listings) => void all.push(await measure(server, listings)));
  }
  const of = (pick: (round: Beside) => number) => median(all.map(pick));
  const failed = all.reduce((sum, { idle, busy }) => sum + idle.failed + busy.failed, 0);
  row(
    `API at ${RATE} requests/s, ${what}, medians of ${ROUNDS}`,
    `idle p50 ${ms(of(({ idle }) => idle.p50))}, p99 ${ms(of(({ idle }) => idle.p99))}`,
    `busy p50 ${ms(of(({ busy }) => busy.p50))}, p99 ${ms(of(({ busy }) => busy.p99))}; ${failed} failed`,
    `p99 of each, idle > busy, limit 1.5 x idle + 2 ms: ${all.map(({ idle, busy }) => `${ms(idle.p99)} > ${ms(busy.p99)}, ${ms(1.5 * idle.p99 + 2)}`).join('; ')}`,
    all.map(({ beside }) => beside).join('; '),
  );
}

await rounds('draining no-ops', QUEUED, async (server, listings) => {
  const idle = await fixedRate(listings, { perSecond: RATE, seconds: SECONDS });
  await get(server, '/bench/start');
  await sleep(500);
  const before = await drainedOf(server);
  const begin = performance.now();
  const busy = await fixedRate(listings, { perSecond: RATE, seconds: SECONDS });
  const rate = ((await drainedOf(server)) - before) / ((performance.now() - begin) / 1_000);
  return { idle, busy, beside: `${count(rate)} runs/s` };
});

await rounds(`full reindex of ${count(LISTINGS)} listings`, 0, async (server, listings) => {
  const idle = await fixedRate(listings, { perSecond: RATE, seconds: SECONDS });
  await get(server, '/bench/start');
  const { id } = await get<{ id: string }>(server, '/bench/reindex');
  const isRunning = async () =>
    ['queued', 'running'].includes((await get<{ status: string }>(server, `/bench/run/${id}`)).status);
  const busy = await fixedRate(listings, { perSecond: RATE, seconds: 60, whileTrue: isRunning });
  const run = await get<{ result: string }>(server, `/bench/run/${id}`);
  return { idle, busy, beside: run.result };
});

await withServer(QUEUED, async (server, listings) => {
  const idle = await saturated(listings, SECONDS);
  await get(server, '/bench/start');
  const before = await drainedOf(server);
  const draining = await saturated(listings, SECONDS);
  const runs = ((await drainedOf(server)) - before) / SECONDS;
  row(
    'saturated with 20 connections',
    `idle ${count(idle.requests.average)} requests/s (p99 ${ms(idle.latency.p99)}), draining ${count(draining.requests.average)} (p99 ${ms(draining.latency.p99)}): ${(draining.requests.average / idle.requests.average).toFixed(2)} kept`,
    `${count(runs)} runs/s beside it`,
  );
});
