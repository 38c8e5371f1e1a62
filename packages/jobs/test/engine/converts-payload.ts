import { z } from 'zod';
import { defineJobType } from '../../src/index.ts';

/** Returns what its handler got, in a thread. */
export const convertsInThread = defineJobType({
  type: 'converts_in_thread',
  module: import.meta.url,
  isolation: 'thread',
  payload: z.object({ at: z.coerce.date(), tags: z.array(z.string()).transform((tags) => new Set(tags)) }),
  run: async ({ payload: { at, tags } }) => ({ year: at.getUTCFullYear(), tags: tags.size }),
});
