import { statfs } from 'node:fs/promises';
import { createJobs, defineJobType } from '@greenvue/jobs';
import { registerJobMetrics } from '@greenvue/jobs/prometheus';
import { sqlite } from '@greenvue/jobs/sqlite';
import { collectDefaultMetrics } from 'prom-client';
import { z } from 'zod';

/** Measures the free space of a disk. */
export const checkDisk = defineJobType({
  type: 'check_disk',
  payload: z.object({ path: z.string() }),
  run: async (ctx) => {
    const { bavail, bsize } = await statfs(ctx.payload.path);
    const freeGb = Math.round((bavail * bsize) / 1e9);
    ctx.log.info('measured', { freeGb });
    return { freeGb };
  },
});

const create = () => createJobs({ store: sqlite('jobs.db'), types: [checkDisk] });

/** Next.js loads this file once for each bundle. All bundles share one engine. */
const shared = globalThis as { jobs?: ReturnType<typeof create> };
shared.jobs ??= create();
export const jobs = shared.jobs;

export async function startJobs() {
  await jobs.start();
  await jobs.schedule(checkDisk, { id: 'check-disk', interval: '2s', payload: { path: '.' } });
  collectDefaultMetrics();
  registerJobMetrics(jobs);
  const stop = () => void jobs.stop().finally(() => process.exit());
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
}
