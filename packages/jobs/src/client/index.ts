export {
  confirmEmail,
  getMe,
  logIn,
  logOut,
  type Me,
  type Register,
  refreshSession,
  register,
  resendConfirmation,
  type Session,
} from './account.ts';
export {
  type ApiToken,
  eachToken,
  listTokens,
  type MakeToken,
  makeToken,
  type NewApiToken,
  revokeToken,
} from './api-tokens.ts';
export { type AuditQuery, type AuditRecord, eachAudit, listAudit } from './audit.ts';
export { type Call, type Connection, type ConnectOptions, connect } from './connection.ts';
export {
  ApiError,
  ConnectionError,
  type ConnectionErrorCode,
  type Fault,
  NO_SUCH_PATH,
  type Problem,
} from './errors.ts';
export {
  type ConnectionState,
  type JobEvent,
  type JobEventsOptions,
  jobEvents,
  type Reset,
} from './events.ts';
export type { Guarded } from './guard.ts';
export { type PauseJob, pauseJob, type RunJob, resumeJob, runJob } from './job-commands.ts';
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
  type PatchJob,
  type PutGuard,
  type PutJob,
  patchJob,
  putJob,
  type RecentRun,
} from './jobs.ts';
export {
  getStats,
  type JobType,
  listJobTypes,
  type Preview,
  type PreviewSchedule,
  previewSchedule,
  type Stats,
} from './overview.ts';
export type { Page, PageQuery } from './pages.ts';
export {
  askPasswordReset,
  type ChangePassword,
  type ConfirmPasswordReset,
  changePassword,
  confirmPasswordReset,
  type PasswordReset,
  resetPassword,
} from './passwords.ts';
export { isUnsure } from './repeat.ts';
export { followRunLogs, getRunLogs, type LogLine } from './run-logs.ts';
export {
  type CancelRun,
  cancelRun,
  eachJobRun,
  eachRun,
  getRun,
  type JobRunsQuery,
  listJobRuns,
  listRuns,
  type Run,
  type RunsQuery,
  retryRun,
} from './runs.ts';
export {
  endSession,
  endSessions,
  endUserSession,
  endUserSessions,
  type ListedSession,
  listSessions,
  listUserSessions,
} from './sessions.ts';
export { changeRole, changeUser, eachUser, getUser, listUsers, type Role, type User } from './users.ts';
