import type { ErrorCause, RunReason } from './run.ts';

/** What happens, as operators see it live. */
export const JOB_EVENT_TYPES = [
  'job.created',
  'job.updated',
  'job.deleted',
  'job.paused',
  'job.resumed',
  'jobs.paused',
  'jobs.resumed',
  'bulk.progress',
  'bulk.finished',
  'run.queued',
  'run.started',
  'run.progress',
  'run.succeeded',
  'run.failed',
  'run.cancelled',
  'run.skipped',
  'run.retrying',
  'runs.coalesced',
] as const;
export type JobEventType = (typeof JOB_EVENT_TYPES)[number];

/** The error of an attempt, its message cut to 500 characters. The run has all of it, with its causes. */
export interface EventError {
  readonly name: string;
  readonly message: string;
  /** Such as `ECONNREFUSED`. */
  readonly code?: string;
}

const LONGEST_MESSAGE = 500;

export function eventError({ name, message, code }: Omit<ErrorCause, 'depth'>): EventError {
  const short = message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, LONGEST_MESSAGE)}…`;
  return { name, message: short, ...(code === undefined ? {} : { code }) };
}

/** What a run event says besides its run. */
export interface EventDetails {
  /** Why the run was skipped, cancelled or failed, or why its attempt failed (`run.retrying`). */
  readonly reason?: RunReason | undefined;
  /** Of the attempt that failed. */
  readonly error?: EventError | undefined;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  /** Who asked for the run (`run.queued`) or cancelled it (`run.cancelled`), such as `user:42`. */
  readonly by?: string | undefined;
}

interface GivenPause {
  readonly by?: string;
  readonly reason?: string;
  readonly until?: number;
}

/** The details of `job.paused`: by whom, why, and until when. */
export function pauseEvent({ by, reason, until }: GivenPause): EventDetails {
  const end = until === undefined ? null : new Date(until).toISOString();
  return { data: { by: by ?? null, reason: reason ?? null, until: end } };
}

/** `id` rises by one within a node. `count`: how many run events a coalesced event stands for. */
export interface JobEvent extends EventDetails {
  readonly id: number;
  readonly at: number;
  readonly type: JobEventType;
  /** Absent for `jobs.…` and `bulk.…`, which are about many jobs. */
  readonly jobId?: string | undefined;
  readonly runId?: string | undefined;
  readonly count?: number;
  /** Of a bulk command whose caller has bounds: only callers with the same bounds get it. */
  readonly scope?: string | undefined;
}
