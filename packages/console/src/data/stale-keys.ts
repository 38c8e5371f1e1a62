import type { JobEvent } from '@greenvue/jobs/client';
import { queryKeys } from '../data/query-keys.ts';
import { MIN_GAP_MS } from './gather.ts';

type Key = readonly unknown[];

/** All that events can make stale. */
export const LIVE_KEYS: readonly Key[] = [
  queryKeys.jobs(),
  queryKeys.topJobs(),
  ['job'],
  ['job-runs'],
  queryKeys.runs(),
  ['run'],
  ['run-logs'],
  queryKeys.stats(),
  queryKeys.audit(),
];

const GAPS_MS: ReadonlyMap<unknown, number> = new Map([
  // The counts change with every run, and nobody reads them faster.
  [queryKeys.stats()[0], 1_000],
  // A log that grows is read once a second anyway.
  ['run-logs', 1_000],
  // The first of all jobs: the server looks through all of them to tell.
  [queryKeys.topJobs()[0], 5_000],
]);

/** How far apart two readings of a key are at the least, in ms, however often it gets stale. */
export function gapOf([name]: Key): number {
  return GAPS_MS.get(name) ?? MIN_GAP_MS;
}

/** What an event makes stale. */
export function staleKeys(event: JobEvent): readonly Key[] {
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
function runKeys({ run_id: id }: JobEvent): readonly Key[] {
  return id === null ? [['run'], ['run-logs']] : [queryKeys.run(id), queryKeys.runLogs(id)];
}
