/** The server's limits, in characters (UTF-16 units). The server checks them; inputs only stop at them. */
export const LIMITS = {
  jobId: 128,
  jobName: 200,
  jobType: 100,
  description: 2_000,
  pauseReason: 500,
  search: 200,
  tag: 63,
  email: 254,
  personName: 100,
  tokenName: 100,
  shortestPassword: 10,
  password: 200,
  apiToken: 2_000,
} as const;
