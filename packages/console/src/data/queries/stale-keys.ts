import type { JobEvent } from '@greenvue/jobs/client';
import { queryKeys } from './query-keys.ts';

type Key = readonly unknown[];

/** An event, or an answer that says the same before its event arrives. */
type Happened = Pick<JobEvent, 'type' | 'job_id' | 'run_id'> & Partial<Pick<JobEvent, 'by'>>;

/** Every key that an event can make stale. */
export const LIVE_KEYS: readonly Key[] = [
  queryKeys.jobs(),
  queryKeys.topJobs(),
  queryKeys.job(),
  queryKeys.jobRuns(),
  queryKeys.runs(),
  queryKeys.forecast(),
  queryKeys.timeline(),
  queryKeys.failures(),
  queryKeys.backfills(),
  queryKeys.bulk(),
  queryKeys.jobVersions(),
  queryKeys.run(),
  queryKeys.runLogs(),
  queryKeys.stats(),
  queryKeys.version(),
  queryKeys.nodes(),
  queryKeys.audit(),
  queryKeys.pauseOfAll(),
  queryKeys.tags(),
];

/** The keys that an event makes stale. */
export function staleKeys(event: Happened): readonly Key[] {
  switch (event.type) {
    case 'job.created':
    case 'job.updated':
      return [
        ...jobKeys(event.job_id),
        queryKeys.jobVersions(event.job_id ?? undefined),
        queryKeys.forecast(),
        queryKeys.tags(),
        queryKeys.audit(),
      ];
    case 'job.paused':
    case 'job.resumed':
      return [...jobKeys(event.job_id), queryKeys.forecast(), queryKeys.audit()];
    case 'job.deleted':
      return [
        ...jobKeys(event.job_id),
        queryKeys.forecast(),
        queryKeys.tags(),
        queryKeys.runs(),
        queryKeys.failures(),
        queryKeys.jobRuns(event.job_id ?? undefined),
        queryKeys.audit(),
      ];
    case 'bulk.progress':
    case 'bulk.finished':
      return [queryKeys.bulk()];
    case 'jobs.paused':
    case 'jobs.resumed':
      return [
        queryKeys.pauseOfAll(),
        queryKeys.jobs(),
        queryKeys.topJobs(),
        queryKeys.stats(),
        queryKeys.audit(),
      ];
    case 'run.progress':
      // No list of a job's runs shows progress.
      return [queryKeys.runs(), ...runKeys(event)];
    case 'run.queued':
    case 'run.cancelled':
      return isByHand(event) ? [...runChangeKeys(event), queryKeys.audit()] : runChangeKeys(event);
    case 'run.started':
    case 'run.retrying':
    case 'run.skipped':
    case 'run.succeeded':
      return runChangeKeys(event);
    case 'run.failed':
    case 'runs.coalesced':
      return [...runChangeKeys(event), queryKeys.failures()];
    default:
      // A newer server may send more events.
      event.type satisfies never;
      return LIVE_KEYS;
  }
}

/** Whether somebody asked for the run or its end: then the audit log has it. */
function isByHand({ by }: Happened): boolean {
  return by !== undefined && by !== null;
}

function runChangeKeys(event: Happened): readonly Key[] {
  return [
    ...jobKeys(event.job_id),
    queryKeys.runs(),
    queryKeys.timeline(),
    queryKeys.jobRuns(event.job_id ?? undefined),
    ...runKeys(event),
  ];
}

function jobKeys(id: string | null): readonly Key[] {
  return [
    queryKeys.jobs(),
    queryKeys.topJobs(),
    queryKeys.job(id ?? undefined),
    queryKeys.backfills(id ?? undefined),
    queryKeys.stats(),
  ];
}

/** A coalesced event covers many runs and names none, so every run on the screen is read again. */
function runKeys({ run_id: id }: Happened): readonly Key[] {
  return [queryKeys.run(id ?? undefined), queryKeys.runLogs(id ?? undefined)];
}
