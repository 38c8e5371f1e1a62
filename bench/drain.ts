// Drain: 50,000 queued no-op runs (100 on-demand jobs x 500, overlap allow). Each is settled separately and
// durable, and the end is when every run is in the history. Argument `postgres`: 20,000 runs on a PostgreSQL
// 18 of its own.
import { type Cost, type Ground, onGround, serverCosts } from './support/ground.ts';
import { count, median, ms, row } from './support/measure.ts';
import { engineOn, noopType, queueRuns } from './support/noop.ts';

const JOBS = 100;
const isPostgres = process.argv[2] === 'postgres';
const RUNS = isPostgres ? 200 : 500;
const TOTAL = JOBS * RUNS;
// On PostgreSQL, filling takes far longer than the drain.
const REPEATS = isPostgres ? 1 : 5;

async function drain(ground: Ground): Promise<Cost & { readonly perSecond: number }> {
  await queueRuns(ground.createStore, { jobs: JOBS, runs: RUNS });
  let done = 0;
  let begin = 0;
  const drained = Promise.withResolvers<void>();
  const engine = engineOn(
    ground.createStore,
    noopType(() => {
      if (done === 0) begin = performance.now();
      if (++done === TOTAL) drained.resolve();
    }),
  );
  const cost = await ground.startCost();
  await engine.start();
  await drained.promise;
  // Until every run is in the history, which is later than the end of its handler.
  for (;;) {
    const { runs, hours } = await engine.stats();
    const finished = hours.reduce((sum, { count }) => sum + count, 0);
    if (runs.queued + runs.held + runs.running === 0 && finished === TOTAL) break;
  }
  const took = performance.now() - begin;
  const spent = await cost();
  await engine.stop();
  return { perSecond: TOTAL / (took / 1_000), ...spent };
}

const results = await onGround(process.argv[2], REPEATS, drain);
const rates = results.map(({ perSecond }) => perSecond);
row(
  `drain of ${count(TOTAL)} no-op runs${isPostgres ? ' on PostgreSQL' : ''}, runs/s`,
  `median ${count(median(rates))}, from ${count(Math.min(...rates))} to ${count(Math.max(...rates))}`,
  `CPU ${ms(median(results.map(({ cpuMs }) => cpuMs)))}`,
  ...serverCosts(results, TOTAL),
);
