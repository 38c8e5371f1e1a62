import { createJobs } from '@greenvue/jobs';
import { sqlite } from '@greenvue/jobs/sqlite';
import { greet } from '../greet.ts';

const create = () => createJobs({ store: sqlite(process.env.JOBS_DB ?? 'jobs.db'), types: [greet] });

/** Next.js loads this module once for each bundle. All of them share one engine. */
const shared = globalThis as { exampleJobs?: ReturnType<typeof create> };
shared.exampleJobs ??= create();
export const jobs = shared.exampleJobs;

export async function startJobs(): Promise<void> {
  await jobs.start();
  await jobs.schedule(greet, { id: 'greet-often', interval: '2s' });
  // With NEXT_MANUAL_SIG_HANDLE=true, Next.js leaves the signal to the app.
  process.once('SIGTERM', async () => {
    await jobs.stop();
    process.exit(0);
  });
}
