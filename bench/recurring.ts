// 10,000 jobs at a 10 s interval, spread evenly, for 60 s: executed and expected runs, and lateness from slot
// to handler. Argument `postgres`: on a PostgreSQL 18 of its own. Further arguments: jobs, seconds, finished
// runs to keep for each job, and `shuffled`: due in another order than created.
import { onGround, serverCosts } from './support/ground.ts';
import { count, megabytes, ms, percentile, row, sleep } from './support/measure.ts';
import { engineOn, noopType } from './support/noop.ts';

const [asked, jobs = '10000', seconds = '60', kept = '1000', order = ''] = process.argv.slice(2);
const JOBS = Number(jobs);
const INTERVAL_MS = 10_000;
const SECONDS = Number(seconds);
if (order !== '' && order !== 'shuffled') throw new Error(`the order must be "shuffled", not "${order}"`);
/**
 * The distance between two jobs that are due in turn. A prime, so that usual numbers of jobs are no multiple
 * of it.
 */
const STEP = order === 'shuffled' ? 7_919 : 1;

await onGround(asked, 1, async (ground) => {
  const lateness: number[] = [];
  const engine = engineOn(
    ground.createStore,
    noopType((slot) => {
      if (slot !== undefined && slot >= from && slot < until) lateness.push(Date.now() - slot);
    }),
    { retention: { finishedPerJob: Number(kept) } },
  );
  await engine.start();
  // The first slots are late enough that all jobs exist by then.
  const from = Date.now() + (ground.name === 'SQLite' ? 3_000 + JOBS / 5 : 20_000 + JOBS * 4);
  const until = from + SECONDS * 1_000;
  await Promise.all(
    Array.from({ length: JOBS }, (_, n) => {
      const startAt = new Date(from + Math.floor((((n * STEP) % JOBS) * INTERVAL_MS) / JOBS)).toISOString();
      return engine.createJob({ id: `job-${n}`, name: `Job ${n}`, type: 'noop', interval: '10s', startAt });
    }),
  );
  if (Date.now() > from) throw new Error('creating the jobs took too long: nothing was measured');
  await sleep(from - Date.now());
  const cost = await ground.startCost();
  await sleep(until - Date.now());
  const spent = await cost();
  const { cpuMs, share } = spent;
  await sleep(1_000);
  const expected = (JOBS * SECONDS * 1_000) / INTERVAL_MS;
  row(
    `${[count(JOBS), order, 'jobs'].filter(Boolean).join(' ')} every 10 s for ${SECONDS} s, on ${ground.name}`,
    `${count(lateness.length)} runs of ${count(expected)}`,
    `late p50 ${ms(percentile(lateness, 0.5))}, p99 ${ms(percentile(lateness, 0.99))}, max ${ms(percentile(lateness, 1))}`,
    `CPU ${ms(cpuMs)}, ${Math.round(share * 100)} % of a core`,
    `memory ${megabytes(process.memoryUsage.rss())}`,
    ...serverCosts([spent], expected),
  );
  await engine.stop();
});
