import type { JobStatus } from '../../../core/model/job.ts';
import type { JobStore } from '../../../core/store/store.ts';
import type { AuditRow, HourCount, StoreStats } from '../../../core/store/store-views.ts';
import { numberOf } from '../../rows/first-column.ts';
import { firstHour, HOUR_MS } from '../../rows/hours.ts';
import type { Param, Queries } from '../connection/queries.ts';
import { rowOf } from '../rows/run-rows.ts';
import { bindable } from './read-runs.ts';

export async function stats(
  q: Queries,
  { hours }: Parameters<JobStore['stats']>[0],
  now: number,
): Promise<StoreStats> {
  const jobs: Record<JobStatus, number> = { active: 0, paused: 0, finished: 0 };
  for (const row of await q.arrays(COUNT_JOBS)) {
    const [status, count] = rowOf<[JobStatus, number]>(row);
    jobs[status] = count;
  }
  const [live] = await q.arrays(COUNT_LIVE);
  const [queued, held, running, waitsFrom] = rowOf<[number, number, number, number | null]>(live);
  const isDue = waitsFrom !== null && waitsFrom <= now;
  const found = await q.arrays(HOURS, [firstHour(hours, now)]);
  return {
    jobs,
    runs: { queued, held, running, ...(isDue ? { dueSince: waitsFrom } : {}) },
    hours: found.map(hourCountOf),
  };
}

/** Hours of the job that has the id now: those of pruned runs, and those of the runs that are still there. */
export async function jobHours(
  q: Queries,
  { jobId, hours }: Parameters<JobStore['jobHours']>[0],
  now: number,
): Promise<readonly HourCount[] | undefined> {
  const uid = numberOf((await q.arrays(JOB_UID, [jobId]))[0]);
  if (uid === undefined) return undefined;
  return (await q.arrays(JOB_HOURS, [uid, firstHour(hours, now)])).map(hourCountOf);
}

function hourCountOf(row: unknown): HourCount {
  const [hour, status, count] = rowOf<[number, HourCount['status'], number]>(row);
  return { hour, status, count };
}

/** Newest first: by time, then by id. */
export async function listAudit(
  q: Queries,
  { limit, before, actor, action, target }: Parameters<JobStore['listAudit']>[0],
): Promise<readonly AuditRow[]> {
  const params: Param[] = [];
  const bind = (value: Param) => `$${params.push(value)}`;
  const where: string[] = [];
  if (before !== undefined) {
    where.push(`(at, id) < (${bind(bindable(before.at))}, ${bind(bindable(before.id))})`);
  }
  if (actor !== undefined) where.push(`actor = ${bind(actor)}`);
  if (action !== undefined) where.push(`action = ${bind(action)}`);
  if (target !== undefined) where.push(`target = ${bind(target)}`);
  const sql = `SELECT id, at, actor, action, target, change FROM greenvue_jobs.audit
    ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`} ORDER BY at DESC, id DESC LIMIT ${bind(limit)}`;
  return (await q.objects(sql, params)).map(auditRowOf);
}

function auditRowOf(raw: unknown): AuditRow {
  const row = raw as Omit<AuditRow, 'id'> & { readonly id: number };
  return { ...row, id: String(row.id) };
}

const COUNT_JOBS = 'SELECT status, count(*) FROM greenvue_jobs.jobs WHERE deleted_at IS NULL GROUP BY status';
const COUNT_LIVE = `SELECT count(*) FILTER (WHERE held = 'no' AND status = 'queued'),
    count(*) FILTER (WHERE held <> 'no'), count(*) FILTER (WHERE status = 'running'),
    min(available_at) FILTER (WHERE held = 'no' AND node IS NULL)
  FROM greenvue_jobs.live_runs`;
/** Of one hour, in the order in which `core` names them. */
const BY_HOUR =
  "ORDER BY hour DESC, array_position(ARRAY['succeeded', 'failed', 'cancelled', 'skipped'], status)";
/** A sum of `bigint` is a `numeric`, which would come as text. */
const HOURS = `SELECT hour, status, sum(count)::bigint FROM greenvue_jobs.hour_counts
  WHERE hour >= $1 GROUP BY hour, status ${BY_HOUR}`;
const JOB_UID = 'SELECT uid FROM greenvue_jobs.jobs WHERE id = $1 AND deleted_at IS NULL';
const JOB_HOURS = `SELECT hour, status, sum(count)::bigint FROM (
    SELECT hour, status, count FROM greenvue_jobs.job_hour_counts WHERE job_uid = $1 AND hour >= $2
    UNION ALL
    SELECT finished_at / ${HOUR_MS} * ${HOUR_MS} AS hour, status, 1 AS count
    FROM greenvue_jobs.runs WHERE job_uid = $1 AND finished_at >= $2) AS counted
  GROUP BY hour, status ${BY_HOUR}`;
