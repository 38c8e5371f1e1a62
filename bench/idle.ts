// What an idle engine with 100,000 jobs uses, none of them due.
import { join } from 'node:path';
import { count, inFolder, megabytes, row, sleep, startCpu } from './support/measure.ts';
import { engineOf, noopType } from './support/noop.ts';

const JOBS = 100_000;
const SECONDS = 30;

await inFolder(async (folder) => {
  const engine = engineOf(
    join(folder, 'jobs.db'),
    noopType(() => undefined),
  );
  await engine.start();
  await Promise.all(
    Array.from({ length: JOBS }, (_, n) =>
      engine.createJob({ id: `job-${n}`, name: `Job ${n}`, type: 'noop', interval: '24h' }),
    ),
  );
  await sleep(2_000);
  const cpu = startCpu();
  await sleep(SECONDS * 1_000);
  const { share } = cpu();
  row(
    `idle with ${count(JOBS)} jobs, none due, for ${SECONDS} s`,
    `CPU ${(share * 100).toFixed(2)} % of a core`,
    `memory ${megabytes(process.memoryUsage.rss())}`,
  );
  await engine.stop();
});
