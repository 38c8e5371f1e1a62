import { z } from 'zod';
import { defineJobType, defineThreadDeps } from '../../src/index.ts';

/**
 * A job type whose thread takes half a second to load. Its handler counts calls in memory that it shares with
 * the test, and returns the run's id: the engine ignores a handler whose run it has taken back.
 */
export const slow = defineJobType({
  type: 'slow',
  module: import.meta.url,
  isolation: 'thread',
  payload: z.strictObject({}),
  run: async (ctx, begun: unknown) => {
    if (begun instanceof Int32Array) Atomics.add(begun, 0, 1);
    return ctx.run.id;
  },
});

export const slowDeps = defineThreadDeps({
  module: import.meta.url,
  create: async (begun: Int32Array | undefined) => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    return begun;
  },
});
