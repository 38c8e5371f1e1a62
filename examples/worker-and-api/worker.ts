// Runs the handlers, beside the API's process or on another machine. Start as many as you need.
import { createJobs } from '@greenvue/jobs';
import { postgres } from '@greenvue/jobs/postgres';
import { checkDisk } from './check-disk.ts';

const jobs = createJobs({
  store: postgres(process.env.DATABASE_URL ?? 'postgres://localhost/jobs'),
  types: [checkDisk],
  concurrency: 20,
});
await jobs.start();
process.once('SIGTERM', () => jobs.stop());
