import { z } from 'zod';
import { defineJobType } from '../../../packages/jobs/src/index.ts';

/** Job types of the load. The second attempt of some runs succeeds. */
export const busy = defineJobType({
  type: 'busy',
  payload: z.strictObject({ ms: z.int().default(0), fails: z.boolean().default(false) }),
  run: async (ctx) => {
    await new Promise((resolve) => setTimeout(resolve, ctx.payload.ms));
    if (ctx.payload.fails && ctx.run.attempt === 1) throw new Error('the first attempt fails');
    return { attempt: ctx.run.attempt };
  },
});

/** `saved` hears each checkpoint that is durable, `found` the one that an attempt starts from. */
export const resumable = (
  saved: (runId: string, at: number) => void,
  found: (runId: string, at: number) => void,
) =>
  defineJobType({
    type: 'resumable',
    payload: z.strictObject({}),
    checkpoint: z.object({ at: z.int() }),
    run: async (ctx) => {
      const from = ctx.lastCheckpoint?.at ?? 0;
      found(ctx.run.id, from);
      for (let at = from + 1; at <= 5; at += 1) {
        await ctx.checkpoint({ at });
        saved(ctx.run.id, at);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  });
