/** What happens, as operators see it live. */
export const JOB_EVENT_TYPES = [
  'job.created',
  'job.updated',
  'job.deleted',
  'job.paused',
  'job.resumed',
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

/** `id` rises by one within a node. `count`: how many run events a coalesced event stands for. */
export interface JobEvent {
  readonly id: number;
  readonly at: number;
  readonly type: JobEventType;
  readonly jobId: string;
  readonly runId?: string | undefined;
  readonly count?: number;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}
