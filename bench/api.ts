// The API beside the jobs: GET /api/listings?limit=20 at a fixed 500 requests/s, idle, while no-ops drain at full speed, and
// during a full reindex of 100,000 listings; then saturated with 20 connections, idle and draining.

import { Agent, get as request } from 'node:http';
import { join } from 'node:path';
import autocannon, { type Options, type Result } from 'autocannon';
import { fillMarket } from './market.ts';
import { count, inFolder, ms, percentile, row, sleep } from './measure.ts';
import { queueRuns } from './noop.ts';
import { type BenchServer, startServer } from './server.ts';

const PORT = 18_081;
const LISTINGS = 100_000;
const RATE = 500;
const SECONDS = 8;
const QUEUED = 1_200_000;

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
    if (runs > 0) await queueRuns(join(folder, 'jobs.db'), { jobs: 100, runs: runs / 100 });
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

await withServer(QUEUED, async (server, listings) => {
  const idle = await fixedRate(listings, () => true, SECONDS);
  row(`API p99 at ${RATE} requests/s, idle`, `p50 ${ms(idle.p50)}, p99 ${ms(idle.p99)}`);
  await get(server, '/bench/start');
  await sleep(500);
  const before = await drainedOf(server);
  const begin = performance.now();
  const draining = await fixedRate(listings, () => true, SECONDS);
  const rate = ((await drainedOf(server)) - before) / ((performance.now() - begin) / 1_000);
  row(
    `API p99 at ${RATE} requests/s, draining no-ops`,
    `p50 ${ms(draining.p50)}, p99 ${ms(draining.p99)}; limit 1.5 x idle + 2 ms = ${ms(1.5 * idle.p99 + 2)}`,
    `${count(rate)} runs/s beside it`,
  );
});

await withServer(0, async (server, listings) => {
  const idle = await fixedRate(listings, () => true, SECONDS);
  await get(server, '/bench/start');
  const { id } = await get<{ id: string }>(server, '/bench/reindex');
  const isRunning = async () =>
    ['queued', 'running'].includes((await get<{ status: string }>(server, `/bench/run/${id}`)).status);
  const reindexing = await fixedRate(listings, isRunning, 60);
  const run = await get<{ result: string }>(server, `/bench/run/${id}`);
  row(
    `API p99 at ${RATE} requests/s, during a full reindex of ${count(LISTINGS)} listings`,
    `p50 ${ms(reindexing.p50)}, p99 ${ms(reindexing.p99)}; idle ${ms(idle.p99)}, limit 1.5 x idle + 2 ms = ${ms(1.5 * idle.p99 + 2)}`,
    `result ${run.result}`,
  );
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
