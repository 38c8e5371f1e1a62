export {
  type CookieSession,
  confirmEmail,
  endCookieSession,
  getMe,
  logIn,
  logInWithCookie,
  logOut,
  type Me,
  type Register,
  refreshCookieSession,
  refreshSession,
  register,
  resendConfirmation,
  type Session,
} from './accounts/account.ts';
export {
  type ApiToken,
  eachToken,
  listTokens,
  type MakeToken,
  makeToken,
  type NewApiToken,
  revokeToken,
} from './accounts/api-tokens.ts';
export { type AuditQuery, type AuditRecord, eachAudit, listAudit } from './accounts/audit.ts';
export {
  askPasswordReset,
  type ChangePassword,
  type ConfirmPasswordReset,
  changePassword,
  confirmPasswordReset,
  type PasswordReset,
  resetPassword,
} from './accounts/passwords.ts';
export {
  endSession,
  endSessions,
  endUserSession,
  endUserSessions,
  type ListedSession,
  listSessions,
  listUserSessions,
} from './accounts/sessions.ts';
export {
  changeRole,
  changeUser,
  eachUser,
  getUser,
  listUsers,
  type Role,
  type User,
} from './accounts/users.ts';
export { type Call, type Connection, type ConnectOptions, connect } from './connection/connection.ts';
export {
  ApiError,
  ConnectionError,
  type ConnectionErrorCode,
  type Fault,
  NO_SUCH_PATH,
  type Problem,
} from './connection/errors.ts';
export type { Page, PageQuery } from './connection/pages.ts';
export { isUnsure } from './connection/repeat.ts';
export {
  type ConnectionState,
  type JobEvent,
  type JobEventsOptions,
  jobEvents,
  type Reset,
} from './events/events.ts';
export type { Guarded } from './jobs/guard.ts';
export {
  eachJobAudit,
  type JobAuditQuery,
  type JobAuditRecord,
  listJobAudit,
} from './jobs/job-audit.ts';
export { type PauseJob, pauseJob, type RunJob, resumeJob, runJob } from './jobs/job-commands.ts';
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
} from './jobs/jobs.ts';
export {
  type Caller,
  getCaller,
  getStats,
  type JobType,
  listJobTypes,
  type Preview,
  type PreviewSchedule,
  previewSchedule,
  type Stats,
} from './jobs/overview.ts';
export { followRunLogs, getRunLogs, type LogLine } from './jobs/run-logs.ts';
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
} from './jobs/runs.ts';
