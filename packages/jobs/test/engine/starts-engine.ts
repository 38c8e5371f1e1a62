import { z } from 'zod';
import { createEngine } from '../../src/engine/engine.ts';
import { defineJobType } from '../../src/index.ts';
import { sqlite } from '../../src/stores/sqlite/index.ts';

/** A common mistake: one file has a job type and starts the engine, too. */
export const careless = defineJobType({
  type: 'careless',
  module: import.meta.url,
  isolation: 'thread',
  payload: z.strictObject({}),
  run: async () => undefined,
});

const store = sqlite(':memory:');
await createEngine({ store, jobTypes: [careless], deps: {} }).start();
