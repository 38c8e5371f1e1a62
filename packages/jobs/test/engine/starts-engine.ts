import { z } from 'zod';
import { createEngine, createSystemClock, defineJobType } from '../../src/index.ts';
import { createSqliteStore } from '../../src/stores/sqlite/index.ts';

/** A common mistake: one file has a job type and starts the engine, too. */
export const careless = defineJobType({
  type: 'careless',
  module: import.meta.url,
  isolation: 'thread',
  payload: z.strictObject({}),
  run: async () => undefined,
});

const store = createSqliteStore({ file: ':memory:', clock: createSystemClock() });
await createEngine({ store, jobTypes: [careless], deps: {} }).start();
