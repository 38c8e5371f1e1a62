import type { Job, JobDefinition } from '../../../core/model/job.ts';
import type { Pause } from '../../../core/model/job-pause.ts';
import type { Mutable } from '../../../core/objects.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import { newerLevelOf } from '../queue-key.ts';
import { declarationIn, namesIn } from '../stored-json.ts';
import { calendarOf, type Row, scheduleOf } from './schedule-row.ts';
import { expectationsIn } from './watching-row.ts';

type Value = string | number | null;

/** A column of jobs. */
export interface JobColumn {
  readonly name: string;
  /** The column type in PostgreSQL. */
  readonly type: 'bigint' | 'double precision' | 'integer' | 'text';
  /** The value of the column for a job. */
  of(stored: StoredJob): Value | undefined;
}

const column = (name: string, type: JobColumn['type'], of: JobColumn['of']): JobColumn => ({
  name,
  type,
  of,
});
const ofJob = (name: string, type: JobColumn['type'], of: (job: Job) => Value | undefined) =>
  column(name, type, ({ job }) => of(job));
const ofSchedule = (name: string, type: JobColumn['type'], key: string) =>
  ofJob(name, type, ({ schedule }) => Reflect.get(schedule, key));

export const UID = column('uid', 'bigint', ({ uid }) => uid);
/** When the planner must look at the job. */
export const WAKE_AT = ofJob('wake_at', 'bigint', ({ wakeAt }) => wakeAt);
const NEXT_RUN_AT = ofJob('next_run_at', 'bigint', ({ nextRunAt }) => nextRunAt);
const NEXT_SLOT_AT = ofJob('next_slot_at', 'bigint', ({ nextSlotAt }) => nextSlotAt);
const FAILED_IN_ROW = ofJob('failed_in_row', 'bigint', ({ failedInRow }) => failedInRow);

/** The columns that a slot changes, except for `wake_at`. */
export const SLOT_COLUMNS = [
  NEXT_RUN_AT,
  ofJob('last_slot_at', 'bigint', ({ lastSlotAt }) => lastSlotAt),
  column('skipped_count', 'bigint', ({ skippedCount }) => skippedCount),
];
/** The columns that the end of a run changes. */
export const END_COLUMNS = [
  ofJob('last_run_at', 'bigint', ({ lastRunAt }) => lastRunAt),
  ofJob('last_status', 'text', ({ lastStatus }) => lastStatus),
  ofJob('last_success_at', 'bigint', ({ lastSuccessAt }) => lastSuccessAt),
  ofJob('last_end_at', 'bigint', ({ lastEndAt }) => lastEndAt),
  FAILED_IN_ROW,
  ofJob('failing_since', 'bigint', ({ failingSince }) => failingSince),
  column('finished_count', 'bigint', ({ finishedCount }) => finishedCount),
];
/** The columns that every run changes. */
export const STATE_COLUMNS = [...SLOT_COLUMNS, ...END_COLUMNS];
/** The columns that the end of a run changes only if the job is watched; null otherwise (P23, P25). */
export const WATCHED_COLUMNS = [
  ofJob('recent_failures', 'bigint', ({ recentFailures }) => recentFailures),
  ofJob('last_success_end_at', 'bigint', ({ lastSuccessEndAt }) => lastSuccessEndAt),
  ofJob('last_took_ms', 'bigint', ({ lastTookMs }) => lastTookMs),
];

/** The columns that identify the version of a job. */
const VERSION_COLUMNS = [
  column('type_key', 'integer', ({ typeKey }) => typeKey),
  ofJob('version', 'integer', ({ version }) => version),
  ofJob('status', 'text', ({ status }) => status),
  ofJob('anchor_at', 'bigint', ({ anchorAt }) => anchorAt),
  ofJob('updated_at', 'bigint', ({ updatedAt }) => updatedAt),
];
const EDITED_COLUMNS = [
  ...VERSION_COLUMNS,
  ofJob('paused_at', 'bigint', ({ pause }) => pause?.at),
  ofJob('pause_reason', 'text', ({ pause }) => pause?.reason),
  ofJob('paused_by', 'text', ({ pause }) => pause?.by),
  ofJob('pause_until', 'bigint', ({ pause }) => pause?.until),
  ofJob('resumed_at', 'bigint', ({ resumedAt }) => resumedAt),
  column('deleted_at', 'bigint', ({ deletedAt }) => deletedAt),
  ofJob('backfill_left', 'bigint', ({ backfillLeft }) => backfillLeft),
  ofJob('runs_made', 'bigint', ({ runsMade }) => runsMade),
  ofJob('followed', 'integer', ({ isFollowed }) => (isFollowed ? 1 : undefined)),
  NEXT_SLOT_AT,
];
/**
 * The columns to read of a job whose fixed columns are known: the varying columns, and the ones that identify
 * its version.
 */
export const VARYING_COLUMNS = [WAKE_AT, ...STATE_COLUMNS, ...WATCHED_COLUMNS, ...EDITED_COLUMNS];

/**
 * Where code declares the job, as JSON. Passes read no row of it: they leave it as it is, so of the jobs that
 * they read, some have it and some don't.
 */
export const DECLARED = ofJob(
  'declared',
  'text',
  ({ declaration }) => declaration && JSON.stringify(declaration),
);

/** The columns that are null unless the job is labelled or watched. */
const WATCHING_COLUMNS = [
  ofJob('tags', 'text', ({ tags }) => namesJson(tags)),
  ofJob('pause_failures', 'integer', ({ pauseAfter }) => pauseAfter?.failures),
  ofJob('pause_of_last', 'integer', ({ pauseAfter }) => pauseAfter?.ofLast),
  ofJob('expect_success_ms', 'bigint', ({ expect }) => expect?.successWithinMs),
  ofJob('expect_duration_ms', 'bigint', ({ expect }) => expect?.durationMs),
  ofJob('expect_start_ms', 'bigint', ({ expect }) => expect?.startWithinMs),
  ofJob('alerts', 'text', ({ alerts }) => namesJson(alerts)),
  ofJob('ping_url', 'text', ({ pingUrl }) => pingUrl),
];

/** The columns that never change within a version. */
const FIXED_COLUMNS = [
  ofJob('id', 'text', ({ id }) => id),
  ofJob('created_by', 'text', ({ createdBy }) => createdBy),
  ofJob('created_at', 'bigint', ({ createdAt }) => createdAt),
  ofJob('trace', 'text', ({ trace }) => trace),
  ofSchedule('kind', 'text', 'kind'),
  ofSchedule('interval', 'text', 'interval'),
  ofSchedule('every_ms', 'bigint', 'everyMs'),
  ofSchedule('mode', 'text', 'mode'),
  ofSchedule('cron', 'text', 'cron'),
  ofSchedule('rrule', 'text', 'rrule'),
  ofSchedule('timezone', 'text', 'timezone'),
  ofSchedule('start_at', 'bigint', 'startAt'),
  ofSchedule('end_at', 'bigint', 'endAt'),
  ofSchedule('max_runs', 'bigint', 'maxRuns'),
  ofSchedule('spread_ms', 'bigint', 'spreadMs'),
  ofSchedule('run_at', 'bigint', 'runAt'),
  ofJob('calendar_id', 'text', ({ calendar }) => calendar?.id),
  ofJob('calendar_mode', 'text', ({ calendar }) => calendar?.mode),
  ofSchedule('after_job', 'text', 'job'),
  ofSchedule('after_on', 'text', 'on'),
  ofJob('overlap', 'text', ({ overlap }) => overlap),
  ofJob('catch_up', 'text', ({ catchUp }) => catchUp),
  ofJob('timeout_ms', 'bigint', ({ timeoutMs }) => timeoutMs),
  ofJob('expire_after_ms', 'bigint', ({ expireAfterMs }) => expireAfterMs),
  ofJob('priority', 'text', ({ priority }) => priority),
  ofJob('max_running', 'integer', ({ maxRunning }) => maxRunning),
  ofJob('gate_job', 'text', ({ onlyIf }) => onlyIf?.job),
  ofJob('gate_within_ms', 'bigint', ({ onlyIf }) => onlyIf?.succeededWithinMs),
  ofJob('max_attempts', 'bigint', ({ maxAttempts }) => maxAttempts),
  ofJob('backoff_initial_ms', 'bigint', ({ backoff }) => backoff.initialMs),
  ofJob('backoff_max_ms', 'bigint', ({ backoff }) => backoff.maxMs),
  ofJob('backoff_factor', 'double precision', ({ backoff }) => backoff.factor),
  ofJob('backoff_jitter', 'double precision', ({ backoff }) => backoff.jitter),
  ofJob('name', 'text', ({ name }) => name),
  ofJob('description', 'text', ({ description }) => description),
  ofJob('payload', 'text', ({ payload }) => payload),
  ...WATCHING_COLUMNS,
];

export const JOB_COLUMNS = [...VARYING_COLUMNS, DECLARED, ...FIXED_COLUMNS];
/** The columns that a new job may have values in. It has no runs and no pause yet. */
export const NEW_JOB_COLUMNS = [
  UID,
  WAKE_AT,
  NEXT_RUN_AT,
  NEXT_SLOT_AT,
  FAILED_IN_ROW,
  ...VERSION_COLUMNS,
  DECLARED,
  ...FIXED_COLUMNS,
];

/** The values of these columns for a job. */
export function paramsOf(columns: readonly JobColumn[], stored: StoredJob): Value[] {
  return columns.map(({ of }) => of(stored) ?? null);
}

/** Whether one of these columns has changed. */
export function hasChanged(columns: readonly JobColumn[], before: StoredJob, after: StoredJob): boolean {
  return columns.some(({ of }) => of(before) !== of(after));
}

/** Whether only {@link STATE_COLUMNS}, {@link WATCHED_COLUMNS} and `wake_at` have changed. */
export function onlyStateChanged(before: StoredJob, after: StoredJob): boolean {
  return !isDeclaredAnew(before, after) && !hasChanged(EDITED_COLUMNS, before, after);
}

/** Whether {@link DECLARED} may have changed. */
export function isDeclaredAnew(before: StoredJob, after: StoredJob): boolean {
  return before.job.declaration !== after.job.declaration;
}

export function namesOf(columns: readonly JobColumn[]): string {
  return columns.map(({ name }) => name).join(', ');
}

/** The part of a job that never changes within a version. */
export type FixedJob = JobDefinition &
  Pick<Job, 'uid' | 'version' | 'createdBy' | 'createdAt' | 'updatedAt' | 'trace'>;

/** Reads jobs for {@link storedJobOf}. Append a WHERE clause on `jobs` or `job_types`. */
export function selectJob(schema: string): string {
  return `SELECT uid, ${JOB_COLUMNS.map(({ name }) => `jobs.${name}`).join(', ')},
    coalesce(job_types.of_type, job_types.type) AS type, job_types.version AS type_version
    FROM ${schema}jobs JOIN ${schema}job_types ON job_types.key = jobs.type_key`;
}

/** Reads one row of {@link selectJob}. */
export function storedJobOf(raw: unknown): StoredJob {
  return jobInState(fixedJobOf(raw), raw);
}

export function fixedJobOf(raw: unknown): FixedJob {
  const row = raw as Row;
  const job: Mutable<FixedJob> = {
    uid: String(row.uid),
    version: row.version as number,
    id: row.id as string,
    name: row.name as string,
    description: row.description as string,
    type: row.type as string,
    typeVersion: row.type_version as number,
    schedule: scheduleOf(row),
    payload: row.payload as string,
    overlap: row.overlap as Job['overlap'],
    catchUp: row.catch_up as Job['catchUp'],
    timeoutMs: row.timeout_ms as number,
    maxAttempts: row.max_attempts as number,
    backoff: {
      initialMs: row.backoff_initial_ms as number,
      maxMs: row.backoff_max_ms as number,
      factor: row.backoff_factor as number,
      jitter: row.backoff_jitter as number,
    },
    createdAt: row.created_at as number,
    updatedAt: row.updated_at as number,
  };
  if (row.calendar_id !== null) job.calendar = calendarOf(row);
  if (row.expire_after_ms !== null) job.expireAfterMs = row.expire_after_ms as number;
  if (row.priority !== null) job.priority = row.priority as NonNullable<Job['priority']>;
  if (row.max_running !== null) job.maxRunning = row.max_running as number;
  if (row.gate_job !== null)
    job.onlyIf = { job: row.gate_job as string, succeededWithinMs: row.gate_within_ms as number };
  if (row.created_by !== null) job.createdBy = row.created_by as string;
  if (row.trace !== null) job.trace = row.trace as string;
  if (row.tags !== null) job.tags = namesIn(row.tags);
  if (row.alerts !== null) job.alerts = namesIn(row.alerts);
  if (row.ping_url !== null) job.pingUrl = row.ping_url as string;
  if (row.pause_failures !== null)
    job.pauseAfter = { failures: row.pause_failures as number, ofLast: row.pause_of_last as number };
  const expect = expectationsIn(row);
  if (expect !== undefined) job.expect = expect;
  return job;
}

/** A job from its fixed part and the varying columns of its row. */
export function jobInState(fixed: FixedJob, raw: unknown): StoredJob {
  const row = raw as Row;
  const job: Mutable<Job> = {
    ...fixed,
    status: row.status as Job['status'],
    anchorAt: row.anchor_at as number,
    failedInRow: row.failed_in_row as number,
  };
  const needsLevel = newerLevelOf(row.type_key as number);
  if (needsLevel !== undefined) job.needsLevel = needsLevel;
  if (row.paused_at !== null) job.pause = pauseOf(row);
  if (typeof row.declared === 'string') job.declaration = declarationIn(row.declared);
  if (row.last_slot_at !== null) job.lastSlotAt = row.last_slot_at as number;
  if (row.next_run_at !== null) job.nextRunAt = row.next_run_at as number;
  if (row.next_slot_at !== null) job.nextSlotAt = row.next_slot_at as number;
  if (row.wake_at !== null) job.wakeAt = row.wake_at as number;
  if (row.last_run_at !== null) job.lastRunAt = row.last_run_at as number;
  if (row.last_status !== null) job.lastStatus = row.last_status as NonNullable<Job['lastStatus']>;
  if (row.last_success_at !== null) job.lastSuccessAt = row.last_success_at as number;
  if (row.last_end_at !== null) job.lastEndAt = row.last_end_at as number;
  if (row.failing_since !== null) job.failingSince = row.failing_since as number;
  if (row.recent_failures !== null) job.recentFailures = row.recent_failures as number;
  if (row.last_success_end_at !== null) job.lastSuccessEndAt = row.last_success_end_at as number;
  if (row.last_took_ms !== null) job.lastTookMs = row.last_took_ms as number;
  if (row.resumed_at !== null) job.resumedAt = row.resumed_at as number;
  if (row.backfill_left !== null) job.backfillLeft = row.backfill_left as number;
  if (row.runs_made !== null) job.runsMade = row.runs_made as number;
  if (row.followed !== null) job.isFollowed = true;
  return {
    job,
    uid: row.uid as number,
    typeKey: row.type_key as number,
    finishedCount: row.finished_count as number,
    skippedCount: row.skipped_count as number,
    ...(row.deleted_at === null ? {} : { deletedAt: row.deleted_at as number }),
  };
}

export function pauseOf(row: Row): Pause {
  const pause: Mutable<Pause> = { at: row.paused_at as number };
  if (row.pause_reason !== null) pause.reason = row.pause_reason as string;
  if (row.paused_by !== null) pause.by = row.paused_by as string;
  if (row.pause_until !== null) pause.until = row.pause_until as number;
  return pause;
}

function namesJson(names: readonly string[] | undefined): string | undefined {
  return names === undefined ? undefined : JSON.stringify(names);
}
