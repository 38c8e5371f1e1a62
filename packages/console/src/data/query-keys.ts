/** The keys of all that is read, so that whoever changes something can say what is stale. */
export const queryKeys = {
  /** Lists that show only what is on top. They get stale with the counts, and need be read no more often. */
  topJobs: (query: object) => ['stats', 'jobs', query],
  jobs: (query?: object) => (query === undefined ? ['jobs'] : ['jobs', query]),
  job: (id: string) => ['job', id],
  jobRuns: (id: string, query?: object) => (query === undefined ? ['job-runs', id] : ['job-runs', id, query]),
  runs: (query?: object) => (query === undefined ? ['runs'] : ['runs', query]),
  run: (runId: string) => ['run', runId],
  runLogs: (runId: string) => ['run-logs', runId],
  types: () => ['types'],
  stats: () => ['stats'],
  audit: (target?: string) => (target === undefined ? ['audit'] : ['audit', target]),
  preview: (body: object | undefined) => ['preview', body],
} as const;
