import { PostgresBackend } from '@agendajs/postgres-backend';
import { Agenda } from 'agenda';
import { type Contestant, forEachAtOnce, jobOfEachRun, type Session } from '../contestant.ts';
import { countRows } from '../processes/count-rows.ts';
import { requirePlace } from '../processes/place.ts';

export const agenda: Contestant = {
  name: 'agenda',
  label: 'Agenda on PostgreSQL',
  role: 'peer',
  packages: ['agenda', '@agendajs/postgres-backend', 'pg'],
  needs: 'postgres',
  pace: { registers: 700, drains: 2_000 },
  settings:
    '`maxConcurrency`, `concurrency` and `lockLimit` set to the number of places, `processEvery` 100 ms, a pool of 20 connections',
  keepsHistory: true,
  cannot: {
    'recurring-100k': 'it does only half of the runs of 10,000 jobs',
    tenants:
      'its [`concurrency`](https://github.com/agenda/agenda#agenda-core-api) counts the runs of a name, not of a value in the data',
  },
  notes: {
    kill: 'a lock lasts 10 minutes',
    'kill-short': 'a lock lasts 5 s; a longer run must renew it itself',
    'recurring-10k':
      'the interval counts from the start of the last run, so a late run delays all later ones',
  },
  open: async (place) => session(requirePlace(place, 'postgres').url),
};

interface Data {
  readonly n: number;
}

/** One definition with many jobs, as in its README for `create(…).repeatEvery(…).save()`. */
function session(connectionString: string): Session {
  // A pool as large as the number of places, because each handler's end is a query.
  const backend = new PostgresBackend({ poolConfig: { connectionString, max: 20 } });
  const made = new Agenda({ backend, processEvery: PROCESS_EVERY_MS });
  // The next run of each interval: by the time of the handler's call, the following run is planned already.
  const planned = new Map<number, number>();
  return {
    async queue(runs) {
      await made.ready;
      await forEachAtOnce(jobOfEachRun(runs), (n) => made.create('noop', { n }).schedule(new Date()).save());
    },
    async work({ handle, places, hasShortLocks }) {
      await made.ready;
      // Its defaults are 20 in all and 5 for a definition (`DefaultOptions`), with no lock limit. Without one
      // it locks all due runs one by one before it starts the first: 440 runs/s with 5,000 waiting, 75 with
      // 50,000; with a limit 810.
      made.maxConcurrency(places);
      made.define<Data>(
        'noop',
        async ({ attrs: { data, nextRunAt } }) => {
          const slot = planned.get(data.n);
          if (slot !== undefined && nextRunAt) planned.set(data.n, nextRunAt.getTime());
          await handle(slot);
        },
        { concurrency: places, lockLimit: places, ...(hasShortLocks && { lockLifetime: SHORT_LOCK_MS }) },
      );
      await made.start();
    },
    async trigger() {
      await made.now('noop', { n: -1 });
    },
    async register(jobs) {
      await made.ready;
      const numbered = jobs.map((job, n) => ({ ...job, n }));
      await forEachAtOnce(numbered, ({ n, everyMs, firstAt }) => {
        planned.set(n, firstAt);
        const job = made.create('noop', { n });
        return job.repeatEvery(everyMs).schedule(new Date(firstAt)).save();
      });
    },
    count: () => countRows(connectionString, COUNT),
    async close() {
      await made.stop();
    },
  };
}

/**
 * Default 5 s. New jobs are announced at once; it polls for later jobs, and for those beyond its lock limit.
 */
const PROCESS_EVERY_MS = 100;
/** Default 10 minutes. Must be longer than a run, because it is not renewed. */
const SHORT_LOCK_MS = 5_000;

const COUNT = `SELECT count(*) FILTER (WHERE last_finished_at IS NULL), count(last_finished_at) FROM agenda_jobs`;
