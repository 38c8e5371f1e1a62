import { createPostgresBackend, Queue, runMigrations, Worker, withBackend } from 'bullmq';
import pg from 'pg';
import {
  type Contestant,
  chunks,
  forEachAtOnce,
  type Handle,
  jobOfEachRun,
  type Session,
} from '../contestant.ts';
import { requirePlace } from '../processes/place.ts';

const LOSES_A_SECOND = 'a crash of the machine can lose the last second of data';
const LOCK_NOTES = {
  kill: 'a lock lasts 30 s, and a check for lost runs runs every 30 s',
  'kill-short': 'a lock lasts 5 s, and a check for lost runs runs every second',
} as const;
const CANNOT = {
  tenants:
    'a limit for each key needs [groups](https://docs.bullmq.io/bullmq-pro/groups), which are part of the paid Pro; its [`limiter`](https://docs.bullmq.io/guide/rate-limiting) and [global concurrency](https://docs.bullmq.io/guide/queues/global-concurrency) count a whole queue',
} as const;

/**
 * Many handlers at the same time, as https://docs.bullmq.io/guide/workers/concurrency recommends for short
 * ones.
 */
export function bullmqOnRedis(appendfsync: 'everysec' | 'always'): Contestant {
  return {
    name: `bullmq-${appendfsync}`,
    label: `BullMQ on Valkey, appendfsync ${appendfsync}`,
    role: 'peer',
    packages: ['bullmq', 'ioredis'],
    needs: `redis-${appendfsync}`,
    pace: { registers: 3_000, drains: 30_000 },
    settings: '`concurrency` set to the number of places',
    keepsHistory: true,
    cannot: CANNOT,
    notes: {
      ...LOCK_NOTES,
      ...(appendfsync === 'everysec' && {
        drain: LOSES_A_SECOND,
        pickup: LOSES_A_SECOND,
        'register-10k': LOSES_A_SECOND,
        'register-100k': LOSES_A_SECOND,
      }),
    },
    async open(place) {
      const { port } = requirePlace(place, 'redis');
      // https://docs.bullmq.io/guide/going-to-production: workers must retry a lost connection without a
      // limit.
      const connection = { port, maxRetriesPerRequest: null };
      return sessionOn({
        queue: new Queue(QUEUE, { connection }),
        createWorker: (run, settings) => new Worker(QUEUE, run, { connection, ...settings }),
      });
    },
  };
}

/** https://docs.bullmq.io/guide/postgresql */
export const bullmqOnPostgres: Contestant = {
  name: 'bullmq-postgres',
  label: 'BullMQ on PostgreSQL',
  role: 'peer',
  packages: ['bullmq', 'pg'],
  needs: 'postgres',
  pace: { registers: 400, drains: 8_000 },
  settings: '`concurrency` 32 where handlers do nothing, else the number of places; a pool of 32 connections',
  keepsHistory: true,
  cannot: CANNOT,
  notes: LOCK_NOTES,
  async open(place) {
    const { url } = requirePlace(place, 'postgres');
    await migrate(url);
    const connection = { connectionString: url, max: POSTGRES_PLACES };
    const onPostgres = withBackend(createPostgresBackend);
    return sessionOn({
      queue: new onPostgres.Queue(QUEUE, { connection }),
      createWorker: (run, settings) => new onPostgres.Worker(QUEUE, run, { connection, ...settings }),
      quickPlaces: POSTGRES_PLACES,
    });
  },
};

async function migrate(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await runMigrations(client);
  await client.end();
}

/**
 * "Give each backend enough pool connections for its concurrency": 1,870 runs/s drained, 1,680 with 100
 * places and 20 connections.
 */
const POSTGRES_PLACES = 32;

const QUEUE = 'noop';

/** What its two backends share. */
interface Backend {
  readonly queue: {
    add(name: string, data: object): Promise<unknown>;
    addBulk(jobs: { name: string; data: object }[]): Promise<unknown>;
    upsertJobScheduler(
      id: string,
      repeat: { every: number; startDate: number },
      template: { name: string },
    ): Promise<unknown>;
    getJobCounts(
      ...states: ('waiting' | 'active' | 'delayed' | 'completed')[]
    ): Promise<Record<string, number>>;
    close(): Promise<void>;
  };
  createWorker(run: (job: RunningJob) => Promise<void>, settings: WorkerSettings): BackendWorker;
  /** Its fastest number of places; absent: the maximum. */
  readonly quickPlaces?: number;
}

interface RunningJob {
  readonly id?: string | undefined;
  readonly repeatJobKey?: string | undefined;
}

interface WorkerSettings {
  readonly concurrency: number;
  readonly lockDuration?: number;
  readonly stalledInterval?: number;
}

interface BackendWorker {
  close(): Promise<void>;
  waitUntilReady(): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

function sessionOn({ queue, createWorker, quickPlaces }: Backend): Session {
  let worker: BackendWorker | undefined;
  return {
    async queue(runs) {
      // https://docs.bullmq.io/guide/queues/adding-bulks
      for (const chunk of chunks(jobOfEachRun(runs), 1_000)) {
        await queue.addBulk(chunk.map((n) => ({ name: `drain-${n}`, data: {} })));
      }
    },
    async work({ handle, places, areQuick, hasShortLocks }) {
      const concurrency = (areQuick ? quickPlaces : undefined) ?? places;
      const settings = { concurrency, ...(hasShortLocks && SHORT_LOCKS) };
      worker = createWorker((job) => runJob(job, handle), settings);
      worker.on('error', (error) => console.error(error));
      await worker.waitUntilReady();
    },
    async trigger() {
      await queue.add('now', {});
    },
    register: (jobs) =>
      // https://docs.bullmq.io/guide/job-schedulers
      forEachAtOnce(jobs, ({ id, everyMs, firstAt }) =>
        queue.upsertJobScheduler(id, { every: everyMs, startDate: firstAt }, { name: 'recurring' }),
      ),
    async count() {
      const {
        waiting = 0,
        active = 0,
        delayed = 0,
        completed = 0,
      } = await queue.getJobCounts('waiting', 'active', 'delayed', 'completed');
      return { waiting: waiting + active + delayed, kept: completed };
    },
    async close() {
      await worker?.close();
      await queue.close();
    },
  };
}

/** Both are 30 s by default. A busy process must still renew a lock at half its time. */
const SHORT_LOCKS = { lockDuration: 5_000, stalledInterval: 1_000 };

async function runJob({ id = '', repeatJobKey }: RunningJob, handle: Handle): Promise<void> {
  // `repeat:<scheduler>:<slot>`
  const slot = repeatJobKey === undefined ? undefined : Number(id.slice(id.lastIndexOf(':') + 1));
  const run = handle(slot);
  if (run !== undefined) await run;
}
