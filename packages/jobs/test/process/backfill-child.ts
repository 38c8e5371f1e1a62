import { z } from 'zod';
import { createEngine } from '../../src/engine/engine.ts';
import { defineJobType } from '../../src/index.ts';
import { createSqliteStore } from '../../src/stores/sqlite/store.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { silentLogger } from '../silent-logger.ts';

/** A process to be killed: runs one backfill, which the first process started, to its end. */
const [, , file = '', slots = '0'] = process.argv;

const quick = defineJobType({ type: 'quick', payload: z.strictObject({}), run: async () => undefined });

const clock = createSystemClock();
const engine = createEngine({
  store: createSqliteStore({ file, clock }),
  jobTypes: [quick],
  deps: {},
  logger: silentLogger,
  clock,
});
await engine.start();
await engine.putJob({ id: 'hourly', name: 'Hourly', type: 'quick', cron: '0 * * * *' });
const [known] = await engine.listBackfills();
if (known === undefined) {
  await engine.backfillJob('hourly', { from: clock.now() - Number(slots) * 3_600_000 });
}
process.stdout.write('ready\n');
for (;;) {
  const [backfill] = await engine.listBackfills();
  if (backfill?.status === 'finished') break;
  await new Promise((resolve) => setTimeout(resolve, 20));
}
await engine.stop();
