import { z } from 'zod';
import { createJobs, defineJobType } from '../../src/index.ts';
import { sqlite } from '../../src/stores/sqlite/index.ts';

/** A program that gives the engine no logger, and whose job fails. */
const sync = defineJobType({
  type: 'sync',
  payload: z.strictObject({}),
  maxAttempts: 1,
  run: async () => {
    throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 10.0.0.7:443') });
  },
});

const jobs = createJobs({ store: sqlite(':memory:'), types: [sync] });
await jobs.start();
await jobs.enqueueAndWait(sync, {}).catch(() => undefined);
await jobs.stop();
