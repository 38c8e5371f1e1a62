// Limits: 20,000 queued no-op runs with a limit of 5 at a time for each of 1,000 tenants, beside the same runs of a
// type without limits. The end is when every run is in the history. Argument `postgres`: on a PostgreSQL 18 of its own.
import { createJobs, defineJobType, type Engine, type TypeLimitsOptions } from '@greenvue/jobs';
import { z } from 'zod';
import { type Ground, onGround } from './support/ground.ts';
import { count, median, ms, row } from './support/measure.ts';

const TENANTS = 1_000;
const RUNS = 20;
const TOTAL = TENANTS * RUNS;
const REPEATS = process.argv[2] === 'postgres' ? 1 : 3;
/** Concurrent requests: more would wait too long for a connection on PostgreSQL. */
const AT_ONCE = 500;

interface Drained {
  readonly perSecond: number;
  /** When the last tenant got its first run, after the first run of all. */
  readonly longestWaitMs: number;
}

async function drain(ground: Ground, limits: TypeLimitsOptions | undefined): Promise<Drained> {
  await queue(ground, limits);
  const firstAt = new Map<number, number>();
  let begin = 0;
  const engine = engineOn(ground, limits, (tenant) => {
    const now = performance.now();
    begin ||= now;
    if (!firstAt.has(tenant)) firstAt.set(tenant, now);
  });
  await engine.start();
  for (;;) {
    const { runs, hours } = await engine.stats();
    const finished = hours.reduce((sum, { count: some }) => sum + some, 0);
    if (runs.queued + runs.held + runs.running === 0 && finished === TOTAL) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const took = performance.now() - begin;
  await engine.stop();
  return { perSecond: TOTAL / (took / 1_000), longestWaitMs: Math.max(...firstAt.values()) - begin };
}

function engineOn(
  ground: Ground,
  limits: TypeLimitsOptions | undefined,
  called: (tenant: number) => void,
  concurrency?: number,
): Engine {
  const type = defineJobType({
    type: 'noop',
    module: import.meta.url,
    payload: z.object({ tenant: z.int() }),
    ...(limits === undefined ? {} : { limits }),
    run: async ({ payload: { tenant } }) => called(tenant),
  });
  return createJobs({
    store: ground.createStore(),
    types: [type],
    ...(concurrency === undefined ? {} : { concurrency }),
  });
}

/** Queues the runs of all tenants, with an engine that claims none. It has places, so its limits hold. */
async function queue(ground: Ground, limits: TypeLimitsOptions | undefined): Promise<void> {
  // The limits have to be there before the runs.
  const first = engineOn(ground, limits, () => undefined);
  await first.start();
  await first.stop();
  const engine = engineOn(ground, limits, () => undefined, 0);
  await engine.start();
  await engine.putJob({
    id: 'drain',
    name: 'Drain',
    type: 'noop',
    onDemand: true,
    overlap: 'allow',
    payload: { tenant: 0 },
  });
  const asked = Array.from({ length: TOTAL }, (_, n) => n % TENANTS);
  while (asked.length > 0)
    await Promise.all(
      asked.splice(0, AT_ONCE).map((tenant) => engine.trigger('drain', { payload: { tenant } })),
    );
  await engine.stop();
}

const plain = await onGround(process.argv[2], REPEATS, (ground) => drain(ground, undefined));
const limited = await onGround(process.argv[2], REPEATS, (ground) =>
  drain(ground, { running: 5, per: '/tenant' }),
);
const rateOf = (some: readonly Drained[]) => median(some.map(({ perSecond }) => perSecond));
const waitOf = (some: readonly Drained[]) => median(some.map(({ longestWaitMs }) => longestWaitMs));
row(
  `drain of ${count(TOTAL)} runs of ${count(TENANTS)} tenants${process.argv[2] === 'postgres' ? ' on PostgreSQL' : ''}, a limit for each, runs/s`,
  `${count(rateOf(limited))}, without limits ${count(rateOf(plain))}`,
  `ratio ${(rateOf(limited) / rateOf(plain)).toFixed(2)}`,
  `first run of the last tenant: ${ms(waitOf(limited))}, without limits ${ms(waitOf(plain))}`,
);
