import type { Job } from '@greenvue/jobs/client';

/** What a job can suffer from, worst first: what the server counts as `unhealthy`. */
export const UNHEALTHY = [
  'no_handler',
  'zombie',
  'failing',
  'late',
  'overrunning',
] as const satisfies readonly Job['health']['status'][];
