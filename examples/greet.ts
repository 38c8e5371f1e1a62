import { defineJobType } from '@greenvue/jobs';
import { z } from 'zod';

/** The job type of the examples. */
export const greet = defineJobType({
  type: 'greet',
  payload: z.strictObject({ name: z.string().default('world') }),
  run: async (ctx) => ({ greeting: `Hello ${ctx.payload.name}` }),
});
