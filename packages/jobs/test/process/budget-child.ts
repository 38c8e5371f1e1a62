import { z } from 'zod';
import { createEngine } from '../../src/engine/engine.ts';
import { defineJobType } from '../../src/index.ts';
import { postgres } from '../../src/stores/postgres/index.ts';
import { createSqliteStore } from '../../src/stores/sqlite/store.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { silentLogger } from '../silent-logger.ts';

/** A process to be killed: runs a job that always fails, and resumes it each time it was paused. */
const [, , database = ''] = process.argv;

const broken = defineJobType({
  type: 'broken',
  payload: z.strictObject({}),
  maxAttempts: 1,
  run: async () => {
    throw new Error('the disk is full');
  },
});

const clock = createSystemClock();
const engine = createEngine({
  store: database.startsWith('postgres') ? postgres(database) : createSqliteStore({ file: database, clock }),
  jobTypes: [broken],
  deps: {},
  logger: silentLogger,
  clock,
});
await engine.start();
await engine.putJob({
  id: 'broken',
  name: 'Broken',
  type: 'broken',
  onDemand: true,
  pauseAfter: { failures: 2, ofLast: 3 },
});
process.stdout.write('ready\n');
for (;;) {
  const live = await engine.listRuns({ jobId: 'broken', status: ['queued', 'running'], limit: 1 });
  if (live.rows.length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    continue;
  }
  // Without a live run, nothing pauses the job from here on. A run by hand of a paused job is not counted.
  if ((await engine.getJob('broken')).job.status === 'paused') await engine.resumeJob('broken');
  await engine.trigger('broken').catch(() => undefined);
}
