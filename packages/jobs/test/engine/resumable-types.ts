import { z } from 'zod';
import { defineJobType, type JobContext } from '../../src/index.ts';
import type { Deps } from './engine-harness.ts';

export type ResumableContext = JobContext<{ readonly n: number }, { readonly at: number }>;

/** What the types below do with each run. */
export const acts: { act: (ctx: ResumableContext) => unknown } = { act: () => undefined };

/** Saves checkpoints and steps. */
export const resumable = defineJobType({
  type: 'resumable',
  module: import.meta.url,
  payload: z.strictObject({ n: z.int().default(0) }),
  checkpoint: z.object({ at: z.int() }),
  steps: true,
  run: async (ctx, _deps: Deps) => acts.act(ctx),
});

/** The same, with a secret in its payload. */
export const resumableKeeper = defineJobType({
  type: 'resumable_keeper',
  module: import.meta.url,
  payload: z.strictObject({ n: z.int().default(0), token: z.string().meta({ secret: true }) }),
  checkpoint: z.object({ at: z.int(), note: z.string().optional() }),
  steps: true,
  run: async (ctx, _deps: Deps) => acts.act(ctx as never),
});
