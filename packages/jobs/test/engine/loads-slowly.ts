import { z } from 'zod';
import { defineJobType } from '../../src/index.ts';

/** A job type whose thread takes half a second before its handler begins, which says so. */
export const slow = defineJobType({
  type: 'slow',
  module: import.meta.url,
  isolation: 'thread',
  payload: z.strictObject({}),
  run: async (ctx) => ctx.log.info('begun'),
});

export async function createThreadDeps(): Promise<undefined> {
  await new Promise((resolve) => setTimeout(resolve, 500));
}
