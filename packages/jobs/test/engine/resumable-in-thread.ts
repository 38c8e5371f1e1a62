import { z } from 'zod';
import { defineJobType } from '../../src/index.ts';

/** Copies three batches; the first attempt dies after the second one. */
export const resumableInThread = defineJobType({
  type: 'resumable_in_thread',
  module: import.meta.url,
  isolation: 'thread',
  payload: z.strictObject({}),
  checkpoint: z.object({ after: z.int() }),
  steps: true,
  run: async (ctx) => {
    const from = ctx.lastCheckpoint?.after ?? 0;
    const token = await ctx.step('start', () => `made by attempt ${ctx.run.attempt}`);
    for (let batch = from + 1; batch <= 3; batch += 1) {
      await ctx.checkpoint({ after: batch });
      if (batch === 2 && from === 0) process.exit(1);
    }
    const refused = await ctx.checkpoint({ after: 'x' } as never).catch((error: Error) => error.message);
    return { from, token, refused };
  },
});
