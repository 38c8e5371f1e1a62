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

/**
 * `id` rises by one within a node. A coalesced event stands for `count` run events of one job (more than 200
 * a second).
 */
export interface JobEvent {
  readonly id: number;
  readonly at: number;
  readonly type: JobEventType;
  readonly jobId: string;
  readonly runId?: string;
  readonly count?: number;
  readonly data?: Readonly<Record<string, unknown>>;
}
