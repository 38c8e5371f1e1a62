import type { JobStatus } from '../../../core/model/job.ts';
import type { JobStore } from '../../../core/store/store.ts';
import type { AuditRow, HourCount, StoreStats } from '../../../core/store/store-views.ts';
import { numberOf } from '../../rows/first-column.ts';
import { firstHour, HOUR_MS } from '../../rows/hours.ts';
import type { Database } from '../database.ts';
import { finishedStatusOf } from '../rows/codes.ts';
import { auditRowOf, numbersOf } from '../rows/run-rows.ts';

export function stats(db: Database, { hours }: Parameters<JobStore['stats']>[0], now: number): StoreStats {
  const jobs = (status: JobStatus) => numberOf(db.arrays(COUNT_JOBS).get(status)) ?? 0;
  const running = numberOf(db.arrays(COUNT_RUNNING).get()) ?? 0;
  const [free, held] = numbersOf<[number, number]>(db.arrays(COUNT_LIVE).get());
  const waitsFrom = numberOf(db.arrays(FIRST_WAITING).get());
  const isDue = waitsFrom !== undefined && waitsFrom <= now;
  return {
    jobs: { active: jobs('active'), paused: jobs('paused'), finished: jobs('finished') },
    runs: { queued: free - running, held, running, ...(isDue ? { dueSince: waitsFrom } : {}) },
    hours: db.arrays(HOURS).all(firstHour(hours, now)).map(hourCountOf),
  };
}

/** Hours of the job that has the id now: those of pruned runs, and those of the runs that are still there. */
export function jobHours(
  db: Database,
  { jobId, hours }: Parameters<JobStore['jobHours']>[0],
  now: number,
): readonly HourCount[] | undefined {
  const uid = numberOf(db.arrays(JOB_UID).get(jobId));
  if (uid === undefined) return undefined;
  return db.arrays(JOB_HOURS).all(uid, firstHour(hours, now)).map(hourCountOf);
}

function hourCountOf(row: unknown): HourCount {
  const [hour, status, count] = numbersOf<[number, number, number]>(row);
  return { hour, status: finishedStatusOf(status), count };
}

/** Newest first: by time, then by id. */
export function listAudit(
  db: Database,
  { limit, before, actor, action, target }: Parameters<JobStore['listAudit']>[0],
): readonly AuditRow[] {
  const at = before?.at ?? Number.MAX_SAFE_INTEGER;
  const id = before?.id ?? Number.MAX_SAFE_INTEGER;
  return db
    .statement(AUDIT)
    .all(at, id, actor ?? null, action ?? null, target ?? null, limit)
    .map(auditRowOf);
}

const COUNT_JOBS = 'SELECT count(*) FROM jobs WHERE deleted_at IS NULL AND status = ?';
const COUNT_RUNNING = 'SELECT count(*) FROM live_runs WHERE status = 1';
const COUNT_LIVE = 'SELECT count(*) FILTER (WHERE held = 0), count(*) FILTER (WHERE held > 0) FROM live_runs';
/** The first of each type by the index that claims go by; `min` of all would read all of it. */
const FIRST_WAITING = `SELECT min((SELECT available_at FROM live_runs
  WHERE type_key = job_types.key AND held = 0 AND node IS NULL ORDER BY available_at LIMIT 1)) FROM job_types`;
const HOURS = 'SELECT hour, status, count FROM hour_counts WHERE hour >= ? ORDER BY hour DESC, status';
const JOB_UID = 'SELECT uid FROM jobs WHERE id = ? AND deleted_at IS NULL';
const JOB_HOURS = `SELECT hour, status, sum(count) FROM (
    SELECT hour, status, count FROM job_hour_counts WHERE job_uid = ?1 AND hour >= ?2
    UNION ALL
    SELECT finished_at / ${HOUR_MS} * ${HOUR_MS}, status, 1 FROM runs WHERE job_uid = ?1 AND finished_at >= ?2)
  GROUP BY hour, status ORDER BY hour DESC, status`;
const AUDIT = `SELECT id, at, actor, action, target, change FROM audit
  WHERE (at, id) < (?1, ?2) AND (?3 IS NULL OR actor = ?3) AND (?4 IS NULL OR action = ?4) AND (?5 IS NULL OR target = ?5)
  ORDER BY at DESC, id DESC LIMIT ?6`;
