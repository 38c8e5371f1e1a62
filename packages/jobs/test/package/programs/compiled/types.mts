// Compiled, not run: what the published types say.
import { createJobs, defineJobType } from '@greenvue/jobs';
import { connect, listJobs } from '@greenvue/jobs/client';
import { sqlite } from '@greenvue/jobs/sqlite';
import { z } from 'zod';

const rates = defineJobType({
  type: 'rates',
  payload: z.strictObject({ base: z.string() }),
  run: async (ctx) => ctx.payload.base.toUpperCase(),
});
defineJobType({
  type: 'typo',
  payload: z.strictObject({ base: z.string() }),
  // @ts-expect-error: the payload has no such field.
  run: async (ctx) => ctx.payload.bass,
});

const jobs = createJobs({ store: sqlite('jobs.db'), types: [rates] });
export const known = jobs.enqueue(rates, { base: 'EUR' });
// @ts-expect-error: a payload of the wrong type.
export const unknown = jobs.enqueue(rates, { base: 1 });
export const names = listJobs(connect({ url: 'http://localhost' })).then(({ data }) =>
  data.map(({ name }) => name.toUpperCase()),
);
