import { join } from 'node:path';
import type { Job, WorkerOptions } from 'bunqueue/client';
import { sleep } from '../../support/measure.ts';
import { type Contestant, chunks, jobOfEachRun, type Session, type Work } from '../contestant.ts';
import { requirePlace } from '../processes/place.ts';

const DURABILITY =
  'SQLite with `synchronous = NORMAL`, which has no setting: [a crash of the machine can lose the last commits](https://bunqueue.dev/architecture/persistence/), and a crash of the process can lose the runs of the last 10 ms';

/** Embedded: https://bunqueue.dev/guide/quickstart/. It runs on Bun alone, so its processes do, too. */
export const bunqueue: Contestant = {
  name: 'bunqueue',
  label: 'bunqueue on SQLite, on Bun',
  role: 'peer',
  packages: ['bunqueue', 'bun'],
  runtime: 'bun',
  needs: 'folder',
  // `register` lasts 10 s with 10,000 jobs, and ends two intervals before the first slot.
  pace: { registers: 400, drains: 5_000 },
  settings:
    'embedded; `concurrency` and `batchSize` set to the number of places; `drainDelay` 1 ms; SQLite with `synchronous = NORMAL`; queued runs are written within 10 ms, as by default; [at least once](https://bunqueue.dev/guide/production/), with locks of 30 s',
  keepsHistory: true,
  cannot: { 'recurring-100k': 'this needs 10,000 runs/s, and it does fewer in a drain' },
  notes: {
    drain: DURABILITY,
    pickup: DURABILITY,
    tenants: DURABILITY,
    'recurring-10k': 'an interval counts from its registration, so its jobs are registered over 10 s',
  },
  open: async (place) => session(join(requirePlace(place, 'folder').folder, 'jobs.db')),
};

/** https://bunqueue.dev/guide/worker/options/ */
function optionsOf({ places, hasShortLocks, onePerTenant }: Work): WorkerOptions {
  return {
    concurrency: places,
    batchSize: places,
    // An embedded worker polls when its queue is empty, by default every 50 ms.
    drainDelay: 1,
    ...(hasShortLocks && { lockDuration: 5_000, heartbeatInterval: 1_000 }),
    // https://bunqueue.dev/guide/queue/job-groups/
    ...(onePerTenant && { group: { concurrency: 1 } }),
  };
}

interface Data {
  readonly n: number;
}

async function session(dataPath: string): Promise<Session> {
  const { Queue, Worker, shutdownManager } = await import('bunqueue/client');
  const place = { embedded: true, dataPath };
  const queue = new Queue<Data>('noop', place);
  let worker: InstanceType<typeof Worker<Data>> | undefined;
  /** The first slot of each recurring job, and its interval. */
  const grids = new Map<number, { readonly first: number; readonly everyMs: number }>();
  // A run does not know its slot, which is the last one before the run was made.
  const slotOf = ({ data, timestamp }: Job<Data>): number | undefined => {
    const grid = grids.get(data.n);
    return grid && timestamp - ((timestamp - grid.first) % grid.everyMs);
  };
  return {
    async queue(runs) {
      for (const chunk of chunks(jobOfEachRun(runs), 1_000)) {
        await queue.addBulk(
          chunk.map((n) => ({
            name: 'noop',
            data: { n },
            ...(runs.onePerTenant && { opts: { group: { id: `tenant-${n}` } } }),
          })),
        );
      }
    },
    async work(work) {
      const run = async (job: Job<Data>) => {
        const open = work.handle(slotOf(job), job.data.n);
        if (open !== undefined) await open;
      };
      worker = new Worker<Data>('noop', run, { ...place, ...optionsOf(work) });
      worker.on('error', (error: Error) => console.error(error));
    },
    async trigger() {
      await queue.add('now', { n: -1 });
    },
    async register(jobs) {
      for (const [n, { id, everyMs, firstAt }] of jobs.entries()) {
        // Its first slot is one interval after this call.
        const early = firstAt - 2 * everyMs - Date.now();
        if (early > 0) await sleep(early);
        const made = await queue.upsertJobScheduler(id, { every: everyMs }, { name: id, data: { n } });
        if (made === null) throw new Error(`${id} was not registered`);
        grids.set(n, { first: made.next, everyMs });
      }
    },
    async count() {
      const { waiting, prioritized, active, delayed, completed } = await queue.getJobCountsAsync();
      return { waiting: waiting + prioritized + active + delayed, kept: completed };
    },
    async close() {
      await worker?.close();
      queue.close();
      shutdownManager();
    },
  };
}
