import type { JobEvent } from '@greenvue/jobs/client';
import { queryKeys } from './query-keys.ts';

type Key = readonly unknown[];

/** What happened: an event, or what an answer tells before its event comes. */
type Happened = Pick<JobEvent, 'type' | 'job_id' | 'run_id'>;

/** All that can get stale by what happens. */
export const LIVE_KEYS: readonly Key[] = [
  queryKeys.jobs(),
  queryKeys.topJobs(),
  queryKeys.job(),
  queryKeys.jobRuns(),
  queryKeys.runs(),
  queryKeys.run(),
  queryKeys.runLogs(),
  queryKeys.stats(),
  queryKeys.audit(),
];

/** What is stale once that has happened. */
export function staleKeys(event: Happened): readonly Key[] {
  switch (event.type) {
    case 'job.created':
    case 'job.updated':
    case 'job.paused':
    case 'job.resumed':
      return [...jobKeys(event.job_id), queryKeys.audit()];
    case 'job.deleted':
      return [...jobKeys(event.job_id), queryKeys.runs(), queryKeys.jobRuns(event.job_id), queryKeys.audit()];
    case 'run.progress':
      // No list of a job's runs shows how far they are.
      return [queryKeys.runs(), ...runKeys(event)];
    case 'run.queued':
    case 'run.started':
    case 'run.retrying':
    case 'run.skipped':
    case 'run.succeeded':
    case 'run.failed':
    case 'run.cancelled':
    case 'runs.coalesced':
      return [...jobKeys(event.job_id), queryKeys.runs(), queryKeys.jobRuns(event.job_id), ...runKeys(event)];
    default:
      // A newer server may tell of more.
      event.type satisfies never;
      return LIVE_KEYS;
  }
}

function jobKeys(id: string): readonly Key[] {
  return [queryKeys.jobs(), queryKeys.topJobs(), queryKeys.job(id), queryKeys.stats()];
}

/** A coalesced event stands for many runs, and names none: those on the screen are all read anew. */
function runKeys({ run_id: id }: Happened): readonly Key[] {
  return [queryKeys.run(id ?? undefined), queryKeys.runLogs(id ?? undefined)];
}
