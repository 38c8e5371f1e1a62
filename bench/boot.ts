// From the start of the process to the first answer of /healthz, with 10 jobs and with 100,000.
import { join } from 'node:path';
import { makeAppDatabase } from './support/installation.ts';
import { count, inFolder, median, ms, row } from './support/measure.ts';
import { engineOf, noopType } from './support/noop.ts';
import { startServer } from './support/server.ts';

const REPEATS = 7;
const PORT = 18_080;

async function boot(jobs: number): Promise<number> {
  return inFolder(async (folder) => {
    const engine = engineOf(
      join(folder, 'jobs.db'),
      noopType(() => undefined),
    );
    await engine.start();
    await Promise.all(
      Array.from({ length: jobs }, (_, n) =>
        engine.createJob({ id: `job-${n}`, name: `Job ${n}`, type: 'noop', interval: '24h' }),
      ),
    );
    await engine.stop();
    await makeAppDatabase(folder);
    const times = [];
    for (let n = 0; n < REPEATS; n++) {
      const server = await startServer(folder, PORT);
      times.push(server.bootMs);
      await server.stop();
    }
    // The first start creates the admin's account.
    return median(times.slice(1));
  });
}

const few = await boot(10);
const many = await boot(100_000);
row(`boot to /healthz with ${count(10)} jobs`, `median ${ms(few)}`);
row(
  `boot to /healthz with ${count(100_000)} jobs`,
  `median ${ms(many)}`,
  `limit 2 x ${ms(few)} + 500 ms = ${ms(2 * few + 500)}`,
);
