export { type RunJobOptions, type RunJobReport, runJob } from './run-job.ts';
