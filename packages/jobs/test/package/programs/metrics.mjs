// The metrics of an engine in prom-client.
import { registerJobMetrics } from '@greenvue/jobs/prometheus';
import { Registry } from 'prom-client';
import { hello } from './shared/hello.mjs';
import { startJobs } from './shared/host-jobs.mjs';

const jobs = await startJobs(process.argv[2]);
const registry = new Registry();
registerJobMetrics(jobs, { registry });
await jobs.enqueueAndWait(hello, { name: 'Ann' });
const lines = (await registry.metrics()).split('\n');
await jobs.stop();
const sample = (start) =>
  lines
    .find((line) => line.startsWith(start))
    ?.split(' ')
    .at(-1);
console.log(
  JSON.stringify({
    attempts: sample('greenvue_run_attempts_total{type="hello"'),
    durations: sample('greenvue_run_duration_seconds_count{type="hello"'),
    databaseUp: sample('greenvue_job_database_up'),
  }),
);
