import type { Schedule } from '../../core/schedule/schedule.ts';
import type { StoredJob } from '../../core/transactions/stored-job.ts';
import type { FixedJob } from './job-row.ts';

type Value = string | number | null;

/** In the order of {@link SLOT_COLUMNS}. */
export function slotParams({ job, skippedCount }: StoredJob): Value[] {
  return [job.nextRunAt ?? null, job.lastSlotAt ?? null, skippedCount];
}

/** In the order of {@link END_COLUMNS}. */
export function endParams({ job, finishedCount }: StoredJob): Value[] {
  return [
    job.lastRunAt ?? null,
    job.lastStatus ?? null,
    job.lastSuccessAt ?? null,
    job.lastEndAt ?? null,
    job.failedInRow,
    job.failingSince ?? null,
    finishedCount,
  ];
}

/** In the order of {@link STATE_COLUMNS}. */
export function stateParams(stored: StoredJob): Value[] {
  return [...slotParams(stored), ...endParams(stored)];
}

/** Whether {@link stateParams} say all that is to be written. */
export function onlyStateChanged(before: StoredJob, after: StoredJob): boolean {
  const a = before.job;
  const b = after.job;
  return (
    before.deletedAt === after.deletedAt &&
    a.version === b.version &&
    a.status === b.status &&
    a.pause === b.pause &&
    a.anchorAt === b.anchorAt
  );
}

/** Whether something of {@link slotParams}, or `wakeAt`, is to be written. */
export function slotChanged(before: StoredJob, after: StoredJob): boolean {
  const a = before.job;
  const b = after.job;
  return (
    a.wakeAt !== b.wakeAt ||
    a.nextRunAt !== b.nextRunAt ||
    a.lastSlotAt !== b.lastSlotAt ||
    before.skippedCount !== after.skippedCount
  );
}

/** Whether something of {@link endParams} is to be written. */
export function endChanged(before: StoredJob, after: StoredJob): boolean {
  const a = before.job;
  const b = after.job;
  return (
    before.finishedCount !== after.finishedCount ||
    a.lastEndAt !== b.lastEndAt ||
    a.lastRunAt !== b.lastRunAt ||
    a.lastStatus !== b.lastStatus ||
    a.lastSuccessAt !== b.lastSuccessAt ||
    a.failedInRow !== b.failedInRow ||
    a.failingSince !== b.failingSince
  );
}

/** In the order of {@link JOB_COLUMNS}. */
export function jobParams(stored: StoredJob): Value[] {
  const { job } = stored;
  const { pause } = job;
  return [
    job.wakeAt ?? null,
    ...stateParams(stored),
    stored.typeKey,
    job.version,
    job.status,
    job.anchorAt,
    pause?.at ?? null,
    pause?.reason ?? null,
    pause?.by ?? null,
    pause?.until ?? null,
    stored.deletedAt ?? null,
    job.updatedAt,
    ...fixedParams(job),
  ];
}

/** In the order of {@link NEW_JOB_COLUMNS}. */
export function newJobParams({ job, typeKey, uid }: Pick<StoredJob, 'job' | 'typeKey' | 'uid'>): Value[] {
  return [
    uid,
    job.wakeAt ?? null,
    job.nextRunAt ?? null,
    job.failedInRow,
    typeKey,
    job.version,
    job.status,
    job.anchorAt,
    job.updatedAt,
    ...fixedParams(job),
  ];
}

/** In the order of {@link FIXED_COLUMNS}. */
function fixedParams(job: FixedJob): Value[] {
  return [
    job.id,
    job.createdBy ?? null,
    job.createdAt,
    job.trace ?? null,
    ...scheduleParams(job.schedule),
    job.overlap,
    job.catchUp,
    job.timeoutMs,
    job.maxAttempts,
    job.backoff.initialMs,
    job.backoff.maxMs,
    job.backoff.factor,
    job.backoff.jitter,
    job.name,
    job.description,
    job.payload,
  ];
}

/** kind, interval, every_ms, mode, cron, timezone, start_at, run_at. */
function scheduleParams(schedule: Schedule): Value[] {
  switch (schedule.kind) {
    case 'interval': {
      const { interval, everyMs, mode, startAt } = schedule;
      return ['interval', interval, everyMs, mode, null, null, startAt ?? null, null];
    }
    case 'cron':
      return ['cron', null, null, null, schedule.cron, schedule.timezone, schedule.startAt ?? null, null];
    case 'run_at':
      return ['run_at', null, null, null, null, null, null, schedule.runAt];
    case 'on_demand':
      return ['on_demand', null, null, null, null, null, null, null];
    default:
      return schedule satisfies never;
  }
}
