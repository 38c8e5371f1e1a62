import { z } from 'zod';
import { createEngine } from '../../src/engine/engine.ts';
import { defineJobType } from '../../src/index.ts';
import { postgres } from '../../src/stores/postgres/index.ts';
import { createSqliteStore } from '../../src/stores/sqlite/store.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { silentLogger } from '../silent-logger.ts';

/** A process to be killed: changes all jobs by one bulk command after another, by turns. */
const [, , database = '', jobs = '0'] = process.argv;

const quick = defineJobType({ type: 'quick', payload: z.strictObject({}), run: async () => undefined });

const clock = createSystemClock();
const isServer = database.startsWith('postgres');
const engine = createEngine({
  store: isServer ? postgres(database) : createSqliteStore({ file: database, clock }),
  jobTypes: [quick],
  deps: {},
  logger: silentLogger,
  clock,
});
await engine.start();
const made = await engine.listJobs({ limit: 10_000 });
const ids = new Set(made.rows.map(({ job }) => job.id));
const missing = Array.from({ length: Number(jobs) }, (_, n) => `job-${n}`).filter((id) => !ids.has(id));
await Promise.all(
  missing.map((id) => engine.putJob({ id, name: id, type: 'quick', interval: '24h', tags: ['many'] })),
);
for (let turn = 0; ; turn += 1) {
  const action = turn % 2 === 0 ? 'pause' : 'resume';
  const { id = '' } = await engine.bulkJobs({ action, filter: { tags: ['many'] } });
  process.stdout.write(`${id}\n`);
  while ((await engine.getBulkCommand(id)).status === 'running')
    await new Promise((resolve) => setTimeout(resolve, 5));
}
