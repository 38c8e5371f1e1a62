export const JOB_STATUSES = ['active', 'paused', 'finished'] as const;

/** The health of a job, worst first. */
export const HEALTH_STATUSES = [
  'no_handler',
  'zombie',
  'failing',
  'late',
  'overrunning',
  'paused',
  'ok',
] as const;
