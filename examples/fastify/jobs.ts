import { createJobs } from '@greenvue/jobs';
import { sqlite } from '@greenvue/jobs/sqlite';
import { checkDisk } from './check-disk.ts';

export const jobs = createJobs({ store: sqlite('jobs.db'), types: [checkDisk] });
await jobs.start();
await jobs.schedule(checkDisk, { id: 'check-disk', interval: '10s', payload: { path: '.' } });
