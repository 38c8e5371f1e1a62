import { join } from 'node:path';
import { Job, Sidequest } from 'sidequest';
import { type Contestant, forEachAtOnce, type Handle, jobOfEachRun, type Session } from '../contestant.ts';
import { requirePlace } from '../processes/place.ts';
import { cronPatternOf, firstSecondOf } from './cron-pattern.ts';

const LOSES_COMMITS =
  'SQLite with `synchronous = NORMAL`, the default of its driver: a crash of the machine can lose the last commits';
const STALE =
  'runs of a killed process count as stale after 10 minutes, and it looks for stale runs every 60 minutes';
const TOO_SLOW = 'it does fewer runs/s in a drain than this needs';
const SETTINGS =
  '`fork: false` and `runner: "inline"`; `maxConcurrentJobs` and `concurrency` of the queue set to the number of places; `jobPollingInterval` 20 ms, or 1 ms where runs are queued one by one; at least once, because [stale runs](https://docs.sidequestjs.com/production/graceful-shutdown) run again';

const COMMON = {
  role: 'peer',
  pace: { registers: 2_000, drains: 2_000 },
  keepsHistory: true,
  cannot: {
    'recurring-10k': TOO_SLOW,
    'recurring-100k': TOO_SLOW,
    'kill-short': STALE,
    tenants:
      'it needs [a queue](https://docs.sidequestjs.com/guide/queues/concurrency) for each tenant and asks each in turn: a trial with 1,000 runs did 100 runs/s',
  },
  notes: { kill: STALE },
} as const;

export const sidequestOnSqlite: Contestant = {
  ...COMMON,
  name: 'sidequest-sqlite',
  label: 'sidequest on SQLite',
  packages: ['sidequest', '@sidequest/sqlite-backend', 'better-sqlite3'],
  needs: 'folder',
  settings: `${SETTINGS}; SQLite with a write-ahead log and \`synchronous = NORMAL\``,
  notes: {
    ...COMMON.notes,
    drain: LOSES_COMMITS,
    pickup: LOSES_COMMITS,
  },
  async open(place) {
    const filename = join(requirePlace(place, 'folder').folder, 'jobs.db');
    return session({
      driver: '@sidequest/sqlite-backend',
      config: { connection: { filename }, pool: { min: 1, max: 1, afterCreate: useWriteAheadLog } },
    });
  },
};

/**
 * Its migration asks for this inside a transaction, where SQLite ignores it: without it, a sixth of the
 * runs/s.
 */
function useWriteAheadLog(database: Database, done: (error: unknown, database: Database) => void): void {
  database.pragma('journal_mode = WAL');
  done(null, database);
}

interface Database {
  pragma(text: string): unknown;
}

export const sidequestOnPostgres: Contestant = {
  ...COMMON,
  name: 'sidequest-postgres',
  label: 'sidequest on PostgreSQL',
  packages: ['sidequest', '@sidequest/postgres-backend', 'pg'],
  needs: 'postgres',
  settings: `${SETTINGS}; its own pool of 10 connections`,
  open: async (place) =>
    session({ driver: '@sidequest/postgres-backend', config: requirePlace(place, 'postgres').url }),
};

/** It makes the objects of a job's class itself, in this process, so they find the handler here. */
let handle: Handle = () => undefined;

export class Noop extends Job {
  override async run(
    n: number,
    grid?: { readonly firstAt: number; readonly everyMs: number },
  ): Promise<void> {
    const at = this.inserted_at.getTime();
    // A run does not know its slot, which is the last one before the run was made.
    await handle(grid && at - ((at - grid.firstAt) % grid.everyMs), n);
  }
}

async function session(backend: { readonly driver: string; readonly config: unknown }): Promise<Session> {
  const base = {
    backend,
    logger: { level: 'error' },
    dashboard: { enabled: false },
    // https://docs.sidequestjs.com/production/execution-modes: without threads, for what shares this process.
    fork: false,
    runner: 'inline',
  } as const;
  let isReady = false;
  const configured = async (): Promise<void> => {
    if (!isReady) await Sidequest.configure(base);
    isReady = true;
  };
  return {
    async queue(runs) {
      await configured();
      await forEachAtOnce(jobOfEachRun(runs), (n) =>
        Sidequest.build(Noop)
          .queue(runs.onePerTenant ? `tenant-${n}` : 'default')
          .enqueue(n),
      );
    },
    async work(work) {
      handle = work.handle;
      // https://docs.sidequestjs.com/guide/queues/concurrency
      const concurrency = work.onePerTenant ? 1 : work.places;
      await Sidequest.start({
        ...base,
        maxConcurrentJobs: work.places,
        queueDefaults: { concurrency },
        jobPollingInterval: work.arrival === 'one by one' ? 1 : 20,
      });
      isReady = true;
    },
    async trigger() {
      await Sidequest.build(Noop).enqueue(-1);
    },
    async register(jobs) {
      await configured();
      for (const [n, job] of jobs.entries()) {
        const grid = { firstAt: firstSecondOf(job.firstAt) * 1_000, everyMs: job.everyMs };
        await Sidequest.build(Noop).schedule(cronPatternOf(job), n, grid);
      }
    },
    async count() {
      await configured();
      const { waiting, claimed, running, completed } = await Sidequest.job.count();
      return { waiting: waiting + claimed + running, kept: completed };
    },
    async close() {
      await Sidequest.stop();
    },
  };
}
