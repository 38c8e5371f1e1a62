import type { Backfill, BackfillView } from '../../core/backfills/backfill.ts';
import type { JobStatus } from '../../core/model/job.ts';
import type { RunStatus } from '../../core/model/run.ts';
import type { Mutable } from '../../core/objects.ts';

type Row = Readonly<Record<string, string | number | null>>;

/** The columns of a backfill and of its job. */
export const BACKFILL_COLUMNS = `backfills.id AS backfill_id, backfills.job_uid, from_at, to_at, only_missing, slots,
  backfills.created_at AS made_at, backfills.created_by AS made_by, cancelled_at, jobs.id AS job_id, jobs.status AS job_status,
  jobs.deleted_at AS job_deleted_at`;

/** Reads a row of {@link BACKFILL_COLUMNS}. */
export function backfillOf(raw: unknown): Backfill & { readonly job: BackfilledJob } {
  const row = raw as Row;
  const backfill: Mutable<Backfill> = {
    id: String(row.backfill_id),
    jobId: row.job_id as string,
    from: row.from_at as number,
    to: row.to_at as number,
    onlyMissing: row.only_missing === 1,
    slots: row.slots as number,
    createdAt: row.made_at as number,
  };
  if (row.made_by !== null) backfill.createdBy = row.made_by as string;
  if (row.cancelled_at !== null) backfill.cancelledAt = row.cancelled_at as number;
  const job = { status: row.job_status as JobStatus, isDeleted: row.job_deleted_at !== null };
  return { ...backfill, job };
}

export interface BackfilledJob {
  readonly status: JobStatus;
  readonly isDeleted: boolean;
}

/** A backfill with its counts. `statuses`: of its runs, live, kept or pruned. */
export function backfillViewOf(
  { job, ...backfill }: Backfill & { readonly job: BackfilledJob },
  counts: { readonly toCome: number; readonly statuses: readonly (readonly [RunStatus, number])[] },
): BackfillView {
  const runs = { queued: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0 };
  for (const [status, count] of counts.statuses) if (status !== 'skipped') runs[status] += count;
  const isCancelled = backfill.cancelledAt !== undefined || job.isDeleted;
  const toCome = job.isDeleted ? 0 : counts.toCome;
  const isOver = toCome + runs.queued + runs.running === 0;
  const going = job.status === 'paused' ? 'paused' : 'running';
  const status = isCancelled ? 'cancelled' : isOver ? 'finished' : going;
  return { ...backfill, toCome, runs, status };
}
