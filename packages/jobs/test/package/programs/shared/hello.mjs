import { isMainThread } from 'node:worker_threads';
import { defineJobType } from '@greenvue/jobs';
import { z } from 'zod';

export const hello = defineJobType({
  type: 'hello',
  module: import.meta.url,
  isolation: 'thread',
  payload: z.strictObject({ name: z.string().default('you') }),
  run: async (ctx) => ({ hello: ctx.payload.name, isMainThread }),
});
