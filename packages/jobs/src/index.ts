export type { Clock } from './core/clock.ts';
export type * from './core/job-types/declared-job.ts';
export * from './core/job-types/define-job-type.ts';
export type * from './core/job-types/job-type.ts';
export type * from './core/job-types/job-type-inference.ts';
export type { JsonOf } from './core/job-types/json-of.ts';
export type { CheckpointSchema, PayloadSchema } from './core/job-types/payload-schema.ts';
export type { ResumeContext } from './core/job-types/resume-context.ts';
export * from './core/job-types/thread-deps.ts';
export type { Declaration, GoneDeclaration } from './core/model/declaration.ts';
export * from './core/model/errors.ts';
export type { JobEvent, JobEventType } from './core/model/events.ts';
export type { CatchUp, Job, JobStatus, Overlap } from './core/model/job.ts';
export type { AttemptError, ErrorCause, FinishedRun, LiveRun, Run, RunStatus } from './core/model/run.ts';
export type {
  OutboundClient,
  OutboundMethod,
  OutboundOptions,
  OutboundRequest,
  OutboundResponse,
} from './core/outbound/outbound.ts';
export { hideSecrets } from './core/secrets/hide-secrets.ts';
export { secret } from './core/secrets/secret-reference.ts';
export type {
  DatabaseUpkeep,
  Horizon,
  HorizonHolder,
  TableUpkeep,
  Wraparound,
} from './core/store/database-upkeep.ts';
export type { JobStore, Transaction } from './core/store/store.ts';
export type { LogLine } from './core/store/store-passes.ts';
export type { AuditRow, JobView, RequestedRun, RunView, ScheduledJob } from './core/store/store-views.ts';
export type { StoreContents, TableRow, TableRows } from './core/store/table-rows.ts';
export * from './core/time/duration.ts';
export type { InstantLike, TimeInput } from './core/time/time-input.ts';
export type { TypeLimitsOptions } from './core/type-limits/limit-options.ts';
export type { Health, HealthStatus } from './core/watching/health.ts';
export { isInJobHandler } from './engine/attempts/stray-errors.ts';
export { createJobs, type JobsOptions } from './engine/create-jobs.ts';
export { job } from './engine/declarations/declare-job.ts';
export type * from './engine/ports/alerts-port.ts';
export type * from './engine/ports/calendars-port.ts';
export type { EngineLogger } from './engine/ports/engine-logger.ts';
export * from './engine/ports/engine-port.ts';
export type * from './engine/ports/engine-stats.ts';
export type * from './engine/ports/jobs-port.ts';
export type * from './engine/ports/secrets-port.ts';
export type { AttemptSpan, TracedAttempt, Tracing } from './engine/ports/tracing.ts';
export { type HttpRequestResult, httpRequest } from './http-request/http-request.ts';
export type { HttpRequestPayload } from './http-request/request-payload.ts';
export { isAllowEntry } from './outbound/addresses/allowed-addresses.ts';
export { OutboundError, type OutboundErrorCode } from './outbound/outbound-error.ts';
