/** The cache keys of everything that is read. Without an id or a query: all keys of that kind. */
export const queryKeys = {
  jobs: (query?: object) => (query === undefined ? ['jobs'] : ['jobs', query]),
  /** Lists that show only the first jobs. */
  topJobs: (query?: object) => (query === undefined ? ['top-jobs'] : ['top-jobs', query]),
  job: (id?: string) => (id === undefined ? ['job'] : ['job', id]),
  jobRuns: (id?: string, query?: object) => ['job-runs', id, query].filter((part) => part !== undefined),
  runs: (query?: object) => (query === undefined ? ['runs'] : ['runs', query]),
  /** What ran in a window that ends now. */
  timeline: (query?: object) => (query === undefined ? ['timeline'] : ['timeline', query]),
  pastTimeline: (query: object) => ['past-timeline', query],
  forecast: (query?: object) => (query === undefined ? ['forecast'] : ['forecast', query]),
  jobVersions: (jobId?: string) => (jobId === undefined ? ['job-versions'] : ['job-versions', jobId]),
  backfills: (jobId?: string) => (jobId === undefined ? ['backfills'] : ['backfills', jobId]),
  failures: (query?: object) => (query === undefined ? ['failures'] : ['failures', query]),
  run: (runId?: string) => (runId === undefined ? ['run'] : ['run', runId]),
  runLogs: (runId?: string) => (runId === undefined ? ['run-logs'] : ['run-logs', runId]),
  user: (id: string) => ['user', id],
  sessions: () => ['sessions'],
  users: () => ['users'],
  userSessions: (userId: string) => ['user-sessions', userId],
  tokens: (query?: object) => (query === undefined ? ['tokens'] : ['tokens', query]),
  tags: () => ['tags'],
  types: () => ['types'],
  pauseOfAll: () => ['pause-of-all'],
  stats: () => ['stats'],
  /** The version of the server. */
  version: () => ['version'],
  nodes: () => ['nodes'],
  history: (query?: object) => (query === undefined ? ['history'] : ['history', query]),
  /** How many jobs or runs a bulk command would change. */
  bulkCount: (body: object) => ['bulk-count', body],
  /** Bulk commands. */
  bulk: (id?: string) => (id === undefined ? ['bulk'] : ['bulk', id]),
  audit: (query?: object) => (query === undefined ? ['audit'] : ['audit', query]),
  calendars: () => ['calendars'],
  alertChannels: () => ['alert-channels'],
  secrets: () => ['secrets'],
  alertDeliveries: (query?: object) =>
    query === undefined ? ['alert-deliveries'] : ['alert-deliveries', query],
  undeliverableCount: (filter: object) => ['undeliverable-count', filter],
  preview: (body: object | undefined) => ['preview', body],
} as const;
