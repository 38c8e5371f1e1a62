import type { Job, JobDefinition, Pause } from '../../core/model/job.ts';
import type { Mutable } from '../../core/objects.ts';
import type { Schedule } from '../../core/schedule/schedule.ts';
import type { StoredJob } from '../../core/transactions/stored-job.ts';

/** What a slot changes, but for `wake_at`. */
export const SLOT_COLUMNS = ['next_run_at', 'last_slot_at', 'skipped_count'] as const;

/** What the end of a run changes. */
export const END_COLUMNS = [
  'last_run_at',
  'last_status',
  'last_success_at',
  'last_end_at',
  'failed_in_row',
  'failing_since',
  'finished_count',
] as const;

/** What every run changes. */
export const STATE_COLUMNS = [...SLOT_COLUMNS, ...END_COLUMNS] as const;

/**
 * What is read of a job that is known already: what may change within a version, and what tells the version.
 */
export const VARYING_COLUMNS = [
  'wake_at',
  ...STATE_COLUMNS,
  'type_key',
  'version',
  'status',
  'anchor_at',
  'paused_at',
  'pause_reason',
  'paused_by',
  'pause_until',
  'deleted_at',
  'updated_at',
] as const;

/** What never changes within a version. */
const FIXED_COLUMNS = [
  'id',
  'created_by',
  'created_at',
  'trace',
  'kind',
  'interval',
  'every_ms',
  'mode',
  'cron',
  'timezone',
  'start_at',
  'run_at',
  'overlap',
  'catch_up',
  'timeout_ms',
  'max_attempts',
  'backoff_initial_ms',
  'backoff_max_ms',
  'backoff_factor',
  'backoff_jitter',
  'name',
  'description',
  'payload',
] as const;

export const JOB_COLUMNS = [...VARYING_COLUMNS, ...FIXED_COLUMNS] as const;

/** What is known of a job as it is made; nothing has come of it yet, and nobody has paused it. */
export const NEW_JOB_COLUMNS = [
  'uid',
  'wake_at',
  'next_run_at',
  'failed_in_row',
  'type_key',
  'version',
  'status',
  'anchor_at',
  'updated_at',
  ...FIXED_COLUMNS,
] as const;

type Row = Readonly<Record<string, string | number | null>>;

/** What of a job never changes within a version of it. */
export type FixedJob = JobDefinition &
  Pick<Job, 'uid' | 'version' | 'createdBy' | 'createdAt' | 'updatedAt' | 'trace'>;

/** Jobs as {@link storedJobOf} reads them; goes on with a WHERE about `jobs` or `job_types`. */
export function selectJob(schema: string): string {
  return `SELECT uid, ${JOB_COLUMNS.map((column) => `jobs.${column}`).join(', ')},
    job_types.type AS type, job_types.version AS type_version
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
  if (row.created_by !== null) job.createdBy = row.created_by as string;
  if (row.trace !== null) job.trace = row.trace as string;
  return job;
}

/** A job, from what never changes and the rest of its row. */
export function jobInState(fixed: FixedJob, raw: unknown): StoredJob {
  const row = raw as Row;
  const job: Mutable<Job> = {
    ...fixed,
    status: row.status as Job['status'],
    anchorAt: row.anchor_at as number,
    failedInRow: row.failed_in_row as number,
  };
  if (row.paused_at !== null) job.pause = pauseOf(row);
  if (row.last_slot_at !== null) job.lastSlotAt = row.last_slot_at as number;
  if (row.next_run_at !== null) job.nextRunAt = row.next_run_at as number;
  if (row.wake_at !== null) job.wakeAt = row.wake_at as number;
  if (row.last_run_at !== null) job.lastRunAt = row.last_run_at as number;
  if (row.last_status !== null) job.lastStatus = row.last_status as NonNullable<Job['lastStatus']>;
  if (row.last_success_at !== null) job.lastSuccessAt = row.last_success_at as number;
  if (row.last_end_at !== null) job.lastEndAt = row.last_end_at as number;
  if (row.failing_since !== null) job.failingSince = row.failing_since as number;
  return {
    job,
    uid: row.uid as number,
    typeKey: row.type_key as number,
    finishedCount: row.finished_count as number,
    skippedCount: row.skipped_count as number,
    ...(row.deleted_at === null ? {} : { deletedAt: row.deleted_at as number }),
  };
}

function pauseOf(row: Row): Pause {
  const pause: Mutable<Pause> = { at: row.paused_at as number };
  if (row.pause_reason !== null) pause.reason = row.pause_reason as string;
  if (row.paused_by !== null) pause.by = row.paused_by as string;
  if (row.pause_until !== null) pause.until = row.pause_until as number;
  return pause;
}

function scheduleOf(row: Row): Schedule {
  const start = row.start_at === null ? {} : { startAt: row.start_at as number };
  switch (row.kind) {
    case 'interval':
      return {
        kind: 'interval',
        interval: row.interval as string,
        everyMs: row.every_ms as number,
        mode: row.mode as 'fixed_rate' | 'fixed_delay',
        ...start,
      };
    case 'cron':
      return { kind: 'cron', cron: row.cron as string, timezone: row.timezone as string, ...start };
    case 'run_at':
      return { kind: 'run_at', runAt: row.run_at as number };
    case 'on_demand':
      return { kind: 'on_demand' };
    default:
      throw new Error(`a job has a schedule of kind ${row.kind}`);
  }
}
