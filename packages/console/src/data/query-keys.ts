/** The keys of all that is read, so that whoever changes something can say what is stale. */
export const queryKeys = {
  jobs: (query?: object) => (query === undefined ? ['jobs'] : ['jobs', query]),
  /** Lists that show only the first jobs of all. */
  topJobs: (query?: object) => (query === undefined ? ['top-jobs'] : ['top-jobs', query]),
  job: (id: string) => ['job', id],
  jobRuns: (id: string, query?: object) => (query === undefined ? ['job-runs', id] : ['job-runs', id, query]),
  runs: (query?: object) => (query === undefined ? ['runs'] : ['runs', query]),
  run: (runId: string) => ['run', runId],
  runLogs: (runId: string) => ['run-logs', runId],
  user: (id: string) => ['user', id],
  types: () => ['types'],
  stats: () => ['stats'],
  audit: (target?: string) => (target === undefined ? ['audit'] : ['audit', target]),
  preview: (body: object | undefined) => ['preview', body],
} as const;
