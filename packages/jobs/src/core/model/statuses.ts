export const JOB_STATUSES = ['active', 'paused', 'finished'] as const;

/** The health of a job, worst first. */
export const HEALTH_STATUSES = [
  'no_handler',
  'zombie',
  'overdue',
  'no_upstream',
  'failing',
  'late',
  'slow',
  'overrunning',
  'paused',
  'ok',
] as const;
