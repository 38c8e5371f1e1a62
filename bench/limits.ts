// Limits: 20,000 queued no-op runs with a limit of 5 at a time for each of 1,000 tenants, in turn with the
// same runs of a type without limits. The end is when every run is in the history. Argument `postgres`: on a
// PostgreSQL 18 of its own.
import { createJobs, defineJobType, type Engine, type TypeLimitsOptions } from '@greenvue/jobs';
import { z } from 'zod';
import { type Cost, type Ground, onGround, serverCosts } from './support/ground.ts';
import { count, median, ms, row, sleep } from './support/measure.ts';
import { copyRuns } from './support/postgres-runs.ts';

const TENANTS = 1_000;
const RUNS = 20;
const TOTAL = TENANTS * RUNS;
const isPostgres = process.argv[2] === 'postgres';
const REPEATS = 3;
const LIMITS: TypeLimitsOptions = { running: 5, per: '/tenant' };
/** Concurrent requests: more would wait too long for a connection on PostgreSQL. */
const AT_ONCE = 500;

interface Drained extends Cost {
  readonly perSecond: number;
  /** When the last tenant got its first run, after the first run of all. */
  readonly longestWaitMs: number;
}

async function drain(ground: Ground, limits: TypeLimitsOptions | undefined): Promise<Drained> {
  await queue(ground, limits);
  const firstAt = new Map<number, number>();
  let begin = 0;
  let done = 0;
  const drained = Promise.withResolvers<void>();
  const engine = engineOn(ground, limits, (tenant) => {
    const now = performance.now();
    begin ||= now;
    if (!firstAt.has(tenant)) firstAt.set(tenant, now);
    if (++done === TOTAL) drained.resolve();
  });
  const cost = await ground.startCost();
  await engine.start();
  await drained.promise;
  // Until every run is in the history, which is later than the end of its handler.
  for (;;) {
    const { runs, hours } = await engine.stats();
    const finished = hours.reduce((sum, { count: some }) => sum + some, 0);
    if (runs.queued + runs.held + runs.running === 0 && finished === TOTAL) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const took = performance.now() - begin;
  const spent = await cost();
  await engine.stop();
  return {
    perSecond: TOTAL / (took / 1_000),
    longestWaitMs: Math.max(...firstAt.values()) - begin,
    ...spent,
  };
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
  // The limits have to be there before the runs. Their node looks for runs to move 2 s later, once.
  const first = engineOn(ground, limits, () => undefined);
  await first.start();
  if (limits !== undefined) await sleep(3_000);
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
  // On PostgreSQL, requests for all runs would take minutes.
  const asked = Array.from({ length: isPostgres ? TENANTS : TOTAL }, (_, n) => n % TENANTS);
  while (asked.length > 0)
    await Promise.all(
      asked.splice(0, AT_ONCE).map((tenant) => engine.trigger('drain', { payload: { tenant } })),
    );
  await engine.stop();
  if (isPostgres) await ground.script(copyRuns(RUNS - 1, 1_000));
}

const drained: { readonly plain: Drained[]; readonly limited: Drained[] } = { plain: [], limited: [] };
await onGround(process.argv[2], 2 * REPEATS, async (ground) => {
  const { plain, limited } = drained;
  if (plain.length === limited.length) plain.push(await drain(ground, undefined));
  else limited.push(await drain(ground, LIMITS));
});
const rateOf = (some: readonly Drained[]) => median(some.map(({ perSecond }) => perSecond));
const waitOf = (some: readonly Drained[]) => median(some.map(({ longestWaitMs }) => longestWaitMs));
const cpuOf = (some: readonly Drained[]) => median(some.map(({ cpuMs }) => cpuMs));
const what = `drain of ${count(TOTAL)} runs of ${count(TENANTS)} tenants${isPostgres ? ' on PostgreSQL' : ''}`;
for (const [how, some] of Object.entries(drained))
  row(
    `${what}, ${how}, runs/s`,
    count(rateOf(some)),
    `ratio ${(rateOf(some) / rateOf(drained.plain)).toFixed(2)}`,
    `first run of the last tenant: ${ms(waitOf(some))}`,
    `CPU ${ms(cpuOf(some))}`,
    ...serverCosts(some, TOTAL),
  );
