import { createJobs, defineJobType } from '@greenvue/jobs';
import { sqlite } from '@greenvue/jobs/sqlite';
import { z } from 'zod';

export const greet = defineJobType({
  type: 'greet',
  payload: z.strictObject({ name: z.string() }),
  run: async (ctx) => ({ hello: ctx.payload.name }),
});

/** The engine of this process. Next.js loads this file once a bundle, so `globalThis` keeps it. */
export function startedJobs() {
  globalThis.greenvueJobs ??= start();
  return globalThis.greenvueJobs;
}

async function start() {
  const jobs = createJobs({ store: sqlite('next.db'), types: [greet] });
  await jobs.start();
  return jobs;
}
