import { z } from 'zod';
import { createEngine } from '../../src/engine/engine.ts';
import { defineJobType } from '../../src/index.ts';
import { postgres } from '../../src/stores/postgres/index.ts';
import { createSqliteStore } from '../../src/stores/sqlite/store.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { silentLogger } from '../silent-logger.ts';

/** A process to be killed: runs a job that another one follows, as long as `makes` is not empty. */
const [, , database = '', makes = 'runs'] = process.argv;

const MOST_LIVE = 20;

const quick = defineJobType({ type: 'quick', payload: z.strictObject({}), run: async () => undefined });

const clock = createSystemClock();
const engine = createEngine({
  store: database.startsWith('postgres') ? postgres(database) : createSqliteStore({ file: database, clock }),
  jobTypes: [quick],
  deps: {},
  logger: silentLogger,
  clock,
});
await engine.start();
const common = { type: 'quick', overlap: 'allow' } as const;
await engine.putJob({ ...common, id: 'import', name: 'Import', onDemand: true });
await engine.putJob({ ...common, id: 'report', name: 'Report', after: { job: 'import' } });
process.stdout.write('ready\n');
while (makes === 'runs') {
  const { rows } = await engine.listRuns({
    jobId: 'import',
    status: ['queued', 'running'],
    limit: MOST_LIVE,
  });
  if (rows.length === MOST_LIVE) await new Promise((resolve) => setTimeout(resolve, 1));
  else await engine.trigger('import').catch(() => undefined);
}
