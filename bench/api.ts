// The API beside the jobs: GET /api/listings?limit=20 at a fixed 500 requests/s, idle, while no-ops drain at full speed, and
// during a full reindex of 100,000 listings; then saturated with 20 connections, idle and draining.

import { Agent, get as request } from 'node:http';
import { join } from 'node:path';
import autocannon, { type Options, type Result } from 'autocannon';
import { fillMarket } from './market.ts';
import { count, inFolder, median, ms, percentile, row, sleep } from './measure.ts';
import { queueRuns, sqliteAt } from './noop.ts';
import { type BenchServer, startServer } from './server.ts';

const PORT = 18_081;
const LISTINGS = 100_000;
const RATE = 500;
const SECONDS = 8;
const QUEUED = 1_200_000;
/** A machine that shares its cores swings: medians over so many servers, each measured idle and busy. */
const ROUNDS = 3;

interface Load {
  readonly p50: number;
  readonly p99: number;
  readonly perSecond: number;
  readonly failed: number;
}

/** Requests at fixed instants, measured from the instant on: a server that stalls can't slow the clock (no coordinated omission). */
async function fixedRate(
  url: string,
  whileTrue: () => boolean | Promise<boolean>,
  seconds: number,
): Promise<Load> {
  const times: number[] = [];
  let failed = 0;
  const begin = performance.now();
  const open: Promise<void>[] = [];
  const agent = new Agent({ keepAlive: true });
  for (let n = 0; n < RATE * seconds; n++) {
    const at = begin + (n * 1_000) / RATE;
    const wait = at - performance.now();
    if (wait > 1) await sleep(wait);
    if (n % 50 === 0 && !(await whileTrue())) break;
    open.push(
      statusOf(url, agent).then((status) => {
        if (status !== 200) failed++;
        times.push(performance.now() - at);
      }),
    );
  }
  await Promise.all(open);
  agent.destroy();
  return {
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    perSecond: times.length / ((performance.now() - begin) / 1_000),
    failed,
  };
}

/** Bare `node:http`: a client that makes less garbage than `fetch` measures less of itself. */
function statusOf(url: string, agent: Agent): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { agent }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    }).on('error', reject);
  });
}

const saturated = (url: string): Promise<Result> => {
  const options: Options = { url, connections: 20, duration: SECONDS };
  return autocannon(options);
};

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
    const server = await startServer(folder, PORT, 'bench/api-server.ts');
    try {
      // Warm up.
      await fixedRate(`${server.url}/api/listings?limit=20`, () => true, 4);
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

/** Runs a measurement on several servers, one after the other, and prints the medians of what came out. */
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
  const idle = await fixedRate(listings, () => true, SECONDS);
  await get(server, '/bench/start');
  await sleep(500);
  const before = await drainedOf(server);
  const begin = performance.now();
  const busy = await fixedRate(listings, () => true, SECONDS);
  const rate = ((await drainedOf(server)) - before) / ((performance.now() - begin) / 1_000);
  return { idle, busy, beside: `${count(rate)} runs/s` };
});

await rounds(`full reindex of ${count(LISTINGS)} listings`, 0, async (server, listings) => {
  const idle = await fixedRate(listings, () => true, SECONDS);
  await get(server, '/bench/start');
  const { id } = await get<{ id: string }>(server, '/bench/reindex');
  const isRunning = async () =>
    ['queued', 'running'].includes((await get<{ status: string }>(server, `/bench/run/${id}`)).status);
  const busy = await fixedRate(listings, isRunning, 60);
  const run = await get<{ result: string }>(server, `/bench/run/${id}`);
  return { idle, busy, beside: run.result };
});

await withServer(QUEUED, async (server, listings) => {
  const idle = await saturated(listings);
  await get(server, '/bench/start');
  const before = await drainedOf(server);
  const draining = await saturated(listings);
  const runs = ((await drainedOf(server)) - before) / SECONDS;
  row(
    'saturated with 20 connections',
    `idle ${count(idle.requests.average)} requests/s (p99 ${ms(idle.latency.p99)}), draining ${count(draining.requests.average)} (p99 ${ms(draining.latency.p99)}): ${(draining.requests.average / idle.requests.average).toFixed(2)} kept`,
    `${count(runs)} runs/s beside it`,
  );
});
