import { createJobs } from '@greenvue/jobs';
import { registerJobMetrics } from '@greenvue/jobs/prometheus';
import { sqlite } from '@greenvue/jobs/sqlite';
import { collectDefaultMetrics } from 'prom-client';
import { checkDisk } from './check-disk.ts';

const create = () => createJobs({ store: sqlite('jobs.db'), types: [checkDisk] });

/** Next.js loads this file once for each bundle. All bundles share one engine. */
const shared = globalThis as { jobs?: ReturnType<typeof create> };
shared.jobs ??= create();
export const jobs = shared.jobs;

export async function startJobs() {
  await jobs.start();
  await jobs.schedule(checkDisk, { id: 'check-disk', interval: '10s', payload: { path: '.' } });
  collectDefaultMetrics();
  registerJobMetrics(jobs);
  const stop = () => void jobs.stop().finally(() => process.exit());
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
}
