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
  cannot: { 'recurring-100k': 'it does only half of the runs of 10,000 jobs' },
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

/** One definition with many jobs, as its README has it for `create(…).repeatEvery(…).save()`. */
function session(connectionString: string): Session {
  // A pool as large as the places below: each handler's end is a query of its own.
  const backend = new PostgresBackend({ poolConfig: { connectionString, max: 20 } });
  const made = new Agenda({ backend, processEvery: PROCESS_EVERY_MS });
  // Where an interval's next run is planned: the handler is called when the one after it is known already.
  const planned = new Map<number, number>();
  return {
    async queue(runs) {
      await made.ready;
      await forEachAtOnce(jobOfEachRun(runs), (n) => made.create('noop', { n }).schedule(new Date()).save());
    },
    async work({ handle, places, hasShortLocks }) {
      await made.ready;
      // 20 in all and 5 of a definition by default (its `DefaultOptions`). Its default of no limit of locks
      // makes it lock all that is due, run by run, before it starts the first: 440 runs/s where 5,000 wait,
      // and 75 where 50,000 do; so it has 810.
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
 * Default 5 s; notices of new jobs come at once, but what lies ahead, or is beyond its locks, is looked for
 * this often.
 */
const PROCESS_EVERY_MS = 100;
/** Default 10 minutes; must be longer than a run, since it is not renewed. */
const SHORT_LOCK_MS = 5_000;

const COUNT = `SELECT count(*) FILTER (WHERE last_finished_at IS NULL), count(last_finished_at) FROM agenda_jobs`;
