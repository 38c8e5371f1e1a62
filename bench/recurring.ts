// 10,000 jobs at a 10 s interval, spread over phases, for 60 s: runs executed = runs expected; lateness from slot to handler.
import { join } from 'node:path';
import { count, inFolder, megabytes, ms, percentile, row, sleep, startCpu } from './measure.ts';
import { engineOf, noopType } from './noop.ts';

const JOBS = Number(process.argv[2] ?? 10_000);
const INTERVAL_MS = 10_000;
const SECONDS = Number(process.argv[3] ?? 60);

await inFolder(async (folder) => {
  const lateness: number[] = [];
  const engine = engineOf(
    join(folder, 'jobs.db'),
    noopType((slot) => {
      if (slot !== undefined && slot >= from && slot < until) lateness.push(Date.now() - slot);
    }),
  );
  await engine.start();
  // The first slots lie far enough ahead that all jobs exist by then.
  const from = Date.now() + 3_000 + JOBS / 5;
  const until = from + SECONDS * 1_000;
  await Promise.all(
    Array.from({ length: JOBS }, (_, n) => {
      const startAt = new Date(from + Math.floor((n * INTERVAL_MS) / JOBS)).toISOString();
      return engine.createJob({ id: `job-${n}`, name: `Job ${n}`, type: 'noop', interval: '10s', startAt });
    }),
  );
  if (Date.now() > from) throw new Error('the jobs were not made in time; nothing was measured');
  await sleep(from - Date.now());
  const cpu = startCpu();
  await sleep(until - Date.now());
  const { cpuMs, share } = cpu();
  await sleep(1_000);
  const expected = (JOBS * SECONDS * 1_000) / INTERVAL_MS;
  row(
    `${count(JOBS)} jobs every 10 s for ${SECONDS} s`,
    `${count(lateness.length)} runs of ${count(expected)}`,
    `late p50 ${ms(percentile(lateness, 0.5))}, p99 ${ms(percentile(lateness, 0.99))}, max ${ms(Math.max(...lateness))}`,
    `CPU ${ms(cpuMs)}, ${Math.round(share * 100)} % of a core`,
    `memory ${megabytes(process.memoryUsage.rss())}`,
  );
  await engine.stop();
});
