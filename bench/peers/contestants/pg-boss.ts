import { PgBoss } from 'pg-boss';
import {
  type Contestant,
  chunks,
  forEachAtOnce,
  handleAll,
  jobOfEachRun,
  type Session,
} from '../contestant.ts';
import { countRows } from '../processes/count-rows.ts';
import { requirePlace } from '../processes/place.ts';

const BY_THE_MINUTE =
  'its schedules have minutes only; a job that queues its next run would wait for the next poll (at least 0.5 s)';

export const pgBoss: Contestant = {
  name: 'pg-boss',
  label: 'pg-boss',
  role: 'peer',
  packages: ['pg-boss', 'pg'],
  needs: 'postgres',
  pace: { registers: 700, drains: 60_000 },
  settings:
    'two workers with batches of 1,000, the number of runs at a time; `useListenNotify`, `burstWhenBatchFull`, `pollingIntervalSeconds` 0.5; its own pool of 10 connections (20 were no faster), with a connection timeout of 60 s',
  keepsHistory: true,
  cannot: { 'recurring-10k': BY_THE_MINUTE, 'recurring-100k': BY_THE_MINUTE, grid: BY_THE_MINUTE },
  notes: {
    drain: 'it settles a batch of 1,000 as one: the batch succeeds or fails as a whole',
    kill: 'heartbeats are off by default; without them a run expires after 15 minutes',
    'register-100k':
      'with its default connection timeout of 10 s, two rounds of three failed; with 60 s none of three failed, but one took 476 s (the reason is unknown)',
    'kill-short': 'heartbeats of 10 s, its minimum, and a check for missing ones every second',
  },
  open: async (place) => session(requirePlace(place, 'postgres').url),
};

const QUEUE = 'noop';

function session(connectionString: string): Session {
  let boss: PgBoss | undefined;
  const started = async (hasShortLocks = false): Promise<PgBoss> => {
    if (boss !== undefined) return boss;
    boss = new PgBoss({
      connectionString,
      // https://pgboss.io/api/constructor: wakes workers at once instead of with the next poll.
      useListenNotify: true,
      // With its default of 10 s, two of three rounds failed because no connection was free; with 60 s, one
      // took 476 s.
      connectionTimeoutMillis: 60_000,
      ...(hasShortLocks && { superviseIntervalSeconds: 1, monitorIntervalSeconds: 1 }),
    });
    boss.on('error', (error) => console.error(error));
    await boss.start();
    await boss.createQueue(QUEUE, { notify: true, ...(hasShortLocks && { heartbeatSeconds: 10 }) });
    return boss;
  };
  return {
    async queue(runs) {
      // A queue and its jobs keep the settings they were made with.
      const producer = await started(runs.hasShortLocks);
      for (const chunk of chunks(jobOfEachRun(runs), 5_000)) {
        await producer.insert(
          QUEUE,
          chunk.map((n) => ({ data: { n }, ...(runs.onePerTenant && { group: { id: `tenant-${n}` } }) })),
        );
      }
    },
    async work({ handle, places, hasShortLocks, onePerTenant }) {
      const worker = await started(hasShortLocks);
      const options = {
        // It runs a batch at the same time and takes short runs in batches: https://pgboss.io/api/workers.
        batchSize: Math.max(places, BATCH),
        // https://pgboss.io/api/workers: without it, it polls between two full batches.
        burstWhenBatchFull: true,
        pollingIntervalSeconds: 0.5,
        // With a second worker, batches are not full, and then it waits for the next poll.
        localConcurrency: onePerTenant ? 1 : WORKERS,
        // https://pgboss.io/api/workers: across all nodes, counted in the database.
        ...(onePerTenant && { groupConcurrency: 1 }),
      };
      await worker.work<{ n: number }>(QUEUE, options, async (jobs) => {
        await handleAll(
          jobs.map(({ data }) => data.n),
          handle,
        );
      });
    },
    async trigger() {
      await (await started()).send(QUEUE, { n: -1 });
    },
    async register(jobs) {
      const registrar = await started();
      await forEachAtOnce(jobs, ({ id }) => registrar.schedule(QUEUE, '0 0 1 1 *', {}, { key: id }));
    },
    count: () => countRows(connectionString, COUNT),
    async close() {
      await boss?.stop();
    },
  };
}

const BATCH = 1_000;
const WORKERS = 2;

const COUNT = `SELECT count(*) FILTER (WHERE state < 'completed'), count(*) FILTER (WHERE state = 'completed')
  FROM pgboss.job WHERE name = '${QUEUE}'`;
