import { z } from 'zod';
import { createEngine } from '../../src/engine/engine.ts';
import { defineJobType, type JobInput, type JobType } from '../../src/index.ts';
import { postgres } from '../../src/stores/postgres/index.ts';
import { silentLogger } from '../silent-logger.ts';
import type { Ledger } from './ledger.ts';
import type { Scale } from './scale.ts';

/** The job types of the load. Some builds do not have `seasonal`. */
export const TYPES = ['steady', 'seasonal'] as const;
/** The jobs that run by hand, under overlap `allow`. */
export const BY_HAND = ['hand-0', 'hand-1', 'hand-2', 'hand-3'] as const;

export function jobTypes(names: readonly string[]): JobType<Ledger>[] {
  return names.map((type) =>
    defineJobType({
      type,
      module: import.meta.url,
      payload: z.strictObject({ ms: z.int().default(0) }),
      run: (ctx, ledger: Ledger) => ledger.record(ctx, ctx.payload.ms),
    }),
  );
}

/** Creates all jobs before their first slots are due, with an engine that runs no jobs. */
export async function installJobs(url: string, scale: Scale): Promise<void> {
  const engine = createEngine<Ledger>({
    store: postgres(url),
    jobTypes: jobTypes(TYPES),
    deps: {
      record: () => Promise.reject(new Error('This engine runs no jobs.')),
      close: async () => undefined,
    },
    concurrency: 0,
    autoRun: false,
    logger: silentLogger,
  });
  await engine.start();
  const jobs = [...recurringJobs(scale), ...jobsByHand()];
  while (jobs.length > 0) await Promise.all(jobs.splice(0, BATCH).map((job) => engine.createJob(job)));
  await engine.stop();
}

const BATCH = 100;

const MODES = [
  { overlap: 'skip', catchUp: 'once' },
  { overlap: 'skip', catchUp: 'once' },
  { overlap: 'skip', catchUp: 'skip' },
  { overlap: 'queue', catchUp: 'once' },
  { overlap: 'queue', catchUp: 'all' },
  { overlap: 'allow', catchUp: 'once' },
] as const;

/**
 * First slots are spread evenly, at least one interval ahead, so that the load is even and no slot is due
 * already.
 */
function recurringJobs({ jobs, everyMs, longEvery, longMs }: Scale): JobInput[] {
  const first = Date.now() + Math.max(everyMs, jobs * 3);
  return Array.from({ length: jobs }, (_, n) => ({
    id: `grid-${n}`,
    name: `Grid ${n}`,
    type: n % 20 === 19 ? 'seasonal' : 'steady',
    interval: `${everyMs}ms`,
    startAt: new Date(first + Math.floor((n * everyMs) / jobs)).toISOString(),
    payload: { ms: n % longEvery === 0 ? longMs : n % 10 },
    ...MODES[n % MODES.length],
  }));
}

function jobsByHand(): JobInput[] {
  return BY_HAND.map((id) => ({
    id,
    name: id,
    type: 'steady',
    onDemand: true,
    overlap: 'allow',
    payload: { ms: 5 },
  }));
}
