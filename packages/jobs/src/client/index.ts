export {
  type AlertChannel,
  type AlertDeliveriesQuery,
  type AlertDelivery,
  type AlertTest,
  type CreateAlertChannel,
  createAlertChannel,
  deleteAlertChannel,
  eachAlertDelivery,
  getAlertChannel,
  listAlertChannels,
  listAlertDeliveries,
  type PatchAlertChannel,
  patchAlertChannel,
  retryAlertDelivery,
  type SavedAlertChannel,
  testAlertChannel,
} from './alerts.ts';
export {
  type BulkCommand,
  type BulkCommandsQuery,
  type BulkJobs,
  type BulkPlan,
  type BulkRuns,
  bulkJobs,
  bulkRuns,
  cancelBulkCommand,
  getBulkCommand,
  listBulkCommands,
} from './bulk.ts';
export {
  type Calendar,
  type CalendarInput,
  deleteCalendar,
  getCalendar,
  listCalendars,
  putCalendar,
} from './calendars.ts';
export type { ConnectOptions } from './connection/connect-options.ts';
export {
  type Call,
  type Connection,
  connect,
  type TypedConnection,
} from './connection/connection.ts';
export {
  ApiError,
  ConnectionError,
  type ConnectionErrorCode,
  type Fault,
  NO_SUCH_PATH,
  type Problem,
  RunError,
} from './connection/errors.ts';
export { allOf, type Page, type PageQuery, type Rows } from './connection/pages.ts';
export { isUnsure } from './connection/repeat.ts';
export { type ApiRequest, path } from './connection/request.ts';
export {
  type ConnectionState,
  type JobEvent,
  type JobEventsOptions,
  jobEvents,
  type Reset,
} from './events/events.ts';
export {
  type Backfill,
  type BackfillJob,
  type BackfillPlan,
  type BackfillsQuery,
  backfillJob,
  cancelBackfill,
  getBackfill,
  listBackfills,
} from './jobs/backfills.ts';
export type { Guarded } from './jobs/guard.ts';
export {
  eachJobAudit,
  exportJobAudit,
  type JobAuditAction,
  type JobAuditQuery,
  type JobAuditRecord,
  listJobAudit,
} from './jobs/job-audit.ts';
export {
  getPauseOfAll,
  type PauseAllJobs,
  type PauseJob,
  type PauseOfAll,
  pauseAllJobs,
  pauseJob,
  type RunJob,
  resumeAllJobs,
  resumeJob,
  runJob,
} from './jobs/job-commands.ts';
export {
  eachJobVersion,
  getJobVersion,
  type JobVersion,
  type JobVersionsQuery,
  listJobVersions,
} from './jobs/job-versions.ts';
export {
  type CreateJob,
  createJob,
  deleteJob,
  eachJob,
  findJob,
  getJob,
  type Job,
  type JobsQuery,
  listJobs,
  listJobTags,
  type PatchJob,
  type PutGuard,
  type PutJob,
  patchJob,
  putJob,
  type RecentRun,
  type TagCount,
} from './jobs/jobs.ts';
export { drainNode, type JobNode, listNodes, resumeNode } from './nodes.ts';
export {
  type Caller,
  type Forecast,
  type ForecastQuery,
  getCaller,
  getForecast,
  getJobHistory,
  getStats,
  type JobHistory,
  type JobHistoryQuery,
  type JobType,
  listJobTypes,
  type Preview,
  type PreviewSchedule,
  previewSchedule,
  type Stats,
  type StatsQuery,
} from './overview.ts';
export { type EnqueueRun, enqueue, enqueueAndWait, type TypedRun } from './runs/enqueue.ts';
export {
  eachRunFailure,
  type FailureGroup,
  type FailurePage,
  type FailuresQuery,
  listRunFailures,
} from './runs/failures.ts';
export { followRunLogs, getRunLogs, type LogLine } from './runs/run-logs.ts';
export {
  type CancelRun,
  cancelRun,
  eachJobRun,
  eachRun,
  exportRuns,
  getRun,
  type JobRunsQuery,
  listJobRuns,
  listRuns,
  type Run,
  type RunPage,
  type RunsQuery,
  retryRun,
} from './runs/runs.ts';
export {
  getRunTimeline,
  type RunTimeline,
  type RunTimelineQuery,
  type TimelineRow,
} from './runs/timeline.ts';
export {
  deleteSecret,
  listSecrets,
  putSecret,
  type Reseal,
  resealSecrets,
  type SavedSecret,
  type Secret,
} from './secrets.ts';
