import type { Job } from '@greenvue/jobs/client';

/** The health states that the server counts as `unhealthy`, worst first. */
export const UNHEALTHY = [
  'no_handler',
  'zombie',
  'failing',
  'late',
  'overrunning',
] as const satisfies readonly Job['health']['status'][];
