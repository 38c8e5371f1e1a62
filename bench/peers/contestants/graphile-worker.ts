import {
  type JobHelpers,
  Logger,
  makeWorkerUtils,
  type Runner,
  run,
  type WorkerUtils,
} from 'graphile-worker';
import { z } from 'zod';
import {
  type Contestant,
  chunks,
  type Handle,
  jobOfEachRun,
  type Session,
  type Work,
} from '../contestant.ts';
import { countRows } from '../processes/count-rows.ts';
import { requirePlace } from '../processes/place.ts';

const HAND_MADE =
  'its cron has minutes only, so here the task queues its next run itself; a lost run ends the schedule';
const FROM_A_FILE = 'it reads schedules only at the start';
const FOUR_HOURS = 'a lock lasts 4 hours; no setting changes that';

export const graphileWorker: Contestant = {
  name: 'graphile-worker',
  label: 'graphile-worker',
  role: 'peer',
  packages: ['graphile-worker', 'pg'],
  needs: 'postgres',
  pace: { registers: 5_000, drains: 100_000 },
  settings:
    '`concurrentJobs` 24 where handlers do nothing, else the number of places; `maxPoolSize` 25; `localQueue` of 500, except where runs are queued one by one; no delay of completions; `pollInterval` 10 ms for recurring jobs',
  keepsHistory: false,
  cannot: {
    grid: 'its schedules have minutes only',
    'kill-short': FOUR_HOURS,
    'register-10k': FROM_A_FILE,
    'register-100k': FROM_A_FILE,
  },
  notes: {
    drain: 'it deletes finished runs, so there is no history',
    kill: FOUR_HOURS,
    'recurring-10k': HAND_MADE,
    'recurring-100k': HAND_MADE,
  },
  open: async (place) => session(requirePlace(place, 'postgres').url),
};

/** The settings of https://worker.graphile.org/docs/performance, which gave its best figures. */
function presetOf(connectionString: string, { places, areQuick, arrival }: Work) {
  return {
    worker: {
      connectionString,
      concurrentJobs: areQuick ? QUICK_PLACES : places,
      maxPoolSize: 25,
      // Without a local queue, single runs start sooner: after 3.4 instead of 3.8 ms.
      ...(arrival !== 'one by one' && { localQueue: { size: 500 } }),
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
      // It finds later runs by polling alone: https://worker.graphile.org/docs/config.
      ...(arrival === 'by the clock' && { pollInterval: TIMED_POLL_MS }),
    },
  };
}

/** As on that page: 10 % more runs/s than with 100. */
const QUICK_PLACES = 24;
/** Default 2 s. */
const TIMED_POLL_MS = 10;

const silent = new Logger(() => () => undefined);

/** The payload of a run of a manual schedule. */
const slotSchema = z.object({ slot: z.number(), everyMs: z.number() });
const tenantSchema = z.object({ n: z.number() });

function session(connectionString: string): Session {
  let utils: WorkerUtils | undefined;
  let runner: Runner | undefined;
  const producer = async (): Promise<WorkerUtils> => {
    utils ??= await makeWorkerUtils({ connectionString, logger: silent });
    await utils.migrate();
    return utils;
  };
  return {
    async queue(runs) {
      const { addJobs } = await producer();
      for (const chunk of chunks(jobOfEachRun(runs), 5_000)) {
        await addJobs(
          chunk.map((n) =>
            // Runs of a queue run one after the other: https://worker.graphile.org/docs/library/add-job.
            runs.onePerTenant
              ? { identifier: 'tenant', payload: { n }, queueName: `tenant-${n}` }
              : { identifier: 'noop', payload: { n } },
          ),
        );
      }
    },
    async work(work) {
      const { handle } = work;
      runner = await run({
        preset: presetOf(connectionString, work),
        taskList: {
          noop: () => handle(undefined),
          tenant: (payload) => handle(undefined, tenantSchema.parse(payload).n),
          recur: recur(handle),
        },
        parsedCronItems: [],
        logger: silent,
        noHandleSignals: true,
      });
    },
    async trigger() {
      await runner?.addJob('noop', {});
    },
    async register(jobs) {
      const { addJobs } = await producer();
      for (const chunk of chunks(jobs, 5_000)) {
        await addJobs(
          chunk.map(({ everyMs, firstAt }) => ({
            identifier: 'recur',
            payload: { slot: firstAt, everyMs },
            runAt: new Date(firstAt),
          })),
        );
      }
    },
    count: () => countRows(connectionString, COUNT),
    async close() {
      await runner?.stop();
      await utils?.release();
    },
  };
}

function recur(handle: Handle) {
  return async (payload: unknown, { addJob }: JobHelpers): Promise<void> => {
    const { slot, everyMs } = slotSchema.parse(payload);
    await handle(slot);
    await addJob('recur', { slot: slot + everyMs, everyMs }, { runAt: new Date(slot + everyMs) });
  };
}

const COUNT = 'SELECT count(*), 0 FROM graphile_worker.jobs';
