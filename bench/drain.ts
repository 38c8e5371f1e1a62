// Drain: 50,000 queued no-op runs (100 on-demand jobs x 500, overlap allow), each settled for itself and durable, every
// history row there at the end.
import { join } from 'node:path';
import { count, inFolder, median, ms, row, startCpu } from './measure.ts';
import { engineOf, noopType, queueRuns } from './noop.ts';

const JOBS = 100;
const RUNS = 500;
const TOTAL = JOBS * RUNS;
const REPEATS = 5;

async function drain(folder: string): Promise<{ readonly perSecond: number; readonly cpuMs: number }> {
  const file = join(folder, 'jobs.db');
  await queueRuns(file, { jobs: JOBS, runs: RUNS });
  let done = 0;
  let begin = 0;
  const drained = Promise.withResolvers<void>();
  const engine = engineOf(
    file,
    noopType(() => {
      if (done === 0) begin = performance.now();
      if (++done === TOTAL) drained.resolve();
    }),
  );
  const cpu = startCpu();
  await engine.start();
  await drained.promise;
  // Until every row is in the history; the handlers' end is not enough.
  for (;;) {
    const { runs, hours } = await engine.stats();
    const finished = hours.reduce((sum, { count }) => sum + count, 0);
    if (runs.queued + runs.held + runs.running === 0 && finished === TOTAL) break;
  }
  const took = performance.now() - begin;
  const { cpuMs } = cpu();
  await engine.stop();
  return { perSecond: TOTAL / (took / 1_000), cpuMs };
}

const results = [];
for (let n = 0; n < REPEATS; n++) results.push(await inFolder(drain));
const rates = results.map(({ perSecond }) => perSecond);
row(
  `drain of ${count(TOTAL)} no-op runs, runs/s`,
  `median ${count(median(rates))}, from ${count(Math.min(...rates))} to ${count(Math.max(...rates))}`,
  `CPU ${ms(median(results.map(({ cpuMs }) => cpuMs)))}`,
);
