// Simulates open consoles in a process of its own: each client holds an event stream and reads like a page of
// the console, by the console's own rules. Arguments: the API's URL, a token, `overview` or `jobs`, and the
// number of clients.
import {
  type Connection,
  connect,
  getStats,
  type JobsQuery,
  jobEvents,
  listJobs,
  listRuns,
} from '@greenvue/jobs/client';
import { queryKeys } from '../../packages/console/src/data/queries/query-keys.ts';
import { LIVE_KEYS, staleKeys } from '../../packages/console/src/data/queries/stale-keys.ts';
import { minIntervalMs } from '../../packages/console/src/live/min-interval.ts';
import { createRefetchBatcher } from '../../packages/console/src/live/refetch-batcher.ts';

interface Reading {
  readonly key: readonly unknown[];
  load(api: Connection, signal: AbortSignal): Promise<unknown>;
  /** Reads again after this time at the latest. */
  readonly everyMs?: number;
}

const STATS: Reading = {
  key: queryKeys.stats(),
  load: (api, signal) => getStats(api, { signal }),
  everyMs: 5_000,
};

const jobsReading = (query: JobsQuery): Reading => ({
  key: queryKeys.jobs(query),
  load: (api, signal) => listJobs(api, query, { signal }),
});

const topReading = (query: JobsQuery): Reading => ({
  key: queryKeys.topJobs(query),
  load: (api, signal) => listJobs(api, { recent_runs: 0, ...query }, { signal }),
  everyMs: 15_000,
});

/** What each page shows, as `packages/console/src/overview` and `jobs` read it. */
const PAGES: Readonly<Record<string, readonly Reading[]>> = {
  overview: [
    STATS,
    topReading({ health: 'unhealthy', limit: 8 }),
    topReading({ status: 'active', sort: 'next_run', limit: 20 }),
    {
      key: queryKeys.runs({ status: 'running', limit: 10 }),
      load: (api, signal) => listRuns(api, { status: 'running', limit: 10 }, { signal }),
    },
  ],
  jobs: [STATS, jobsReading({ sort: 'id', limit: 50, recent_runs: 12 })],
};

/** Clients arrive spread over this time, as people do. */
const ARRIVE_WITHIN_MS = 2_000;

const [url = '', token = '', page = '', count = '1'] = process.argv.slice(2);
const readings = PAGES[page];
if (readings === undefined) throw new Error(`unknown page ${page}: use overview or jobs`);
await Promise.all(
  Array.from({ length: Number(count) }, async () => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * ARRIVE_WITHIN_MS));
    await open(connect({ url, token }), readings);
  }),
);

/** Opens a console on this page until the process ends. */
async function open(api: Connection, readings: readonly Reading[]): Promise<void> {
  const readers = readings.map((reading) => createReader(api, reading));
  const refetch = (key: readonly unknown[]) =>
    Promise.all(readers.filter(({ isOf }) => isOf(key)).map(({ read }) => read()));
  const batcher = createRefetchBatcher({
    refetch,
    minIntervalMs,
    now: () => Date.now(),
    setTimer: (run, ms) => Number(setTimeout(run, ms)),
    clearTimer: (timer) => clearTimeout(timer),
  });
  await Promise.all(readers.map(({ read }) => read()));
  for await (const event of jobEvents(api)) {
    batcher.add(event.type === 'reset' ? LIVE_KEYS : staleKeys(event));
  }
}

/** Works as TanStack Query does: a new read cancels the current one and restarts the timer. */
function createReader(api: Connection, { key, load, everyMs }: Reading) {
  let underWay = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const read = async (): Promise<void> => {
    clearTimeout(timer);
    underWay.abort();
    const mine = new AbortController();
    underWay = mine;
    try {
      await load(api, mine.signal);
    } catch (error) {
      if (!mine.signal.aborted) throw error;
    }
    if (everyMs !== undefined && underWay === mine) timer = setTimeout(() => void read(), everyMs);
  };
  return { read, isOf: (prefix: readonly unknown[]) => prefix.every((part, at) => part === key[at]) };
}
