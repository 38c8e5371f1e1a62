import type { Job, Run } from '@greenvue/jobs/client';

/** Every status of a run, in the order of its life. */
export const RUN_STATUSES = [
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'skipped',
] as const satisfies readonly Run['status'][];

export const JOB_STATUSES = ['active', 'paused', 'finished'] as const satisfies readonly Job['status'][];

/** The health states that the server counts as `unhealthy`, worst first. */
export const UNHEALTHY = [
  'no_handler',
  'zombie',
  'overdue',
  'no_upstream',
  'failing',
  'late',
  'slow',
  'overrunning',
] as const satisfies readonly Job['health']['status'][];

/** Why runs were skipped, failed or cancelled. */
export const RUN_REASONS = [
  'error',
  'timeout',
  'lost',
  'payload_invalid',
  'overlap',
  'missed',
  'expired',
  'upstream',
  'blackout',
  'user',
  'deleted',
  'replaced',
] as const satisfies readonly Run['reason'][];
