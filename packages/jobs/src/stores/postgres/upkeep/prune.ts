import type { FinishedStatus } from '../../../core/model/run.ts';
import type { PruneResult, Retention } from '../../../core/store/store.ts';
import { DEDUPE_MS } from '../../../core/store/store-commands.ts';
import { FAR_OVER, MAX_PRUNED, SLACK } from '../../rows/bounds.ts';
import { numbersIn } from '../../rows/first-column.ts';
import { HOUR_MS } from '../../rows/hours.ts';
import { FINISHED_COLUMNS } from '../../rows/run-row.ts';
import { type Database, LOCK_WAIT_MS } from '../connection/database.ts';
import { columnsOf, type Param, type Queries } from '../connection/queries.ts';
import { finishedRunOf, rowOf } from '../rows/run-rows.ts';

/** So many jobs with too much history are locked at a time. */
const MAX_JOBS = 20;

/** What a step removed, and whether it left something that it could have removed. */
interface Step {
  readonly removed: number;
  readonly more: boolean;
}

/** What a step needs to know: the time, and how many rows it may remove. */
interface Room {
  readonly now: number;
  readonly left: number;
}

/**
 * A `boundedTransaction` whose statements are planned for what they are asked: there may be little that is
 * old, or much.
 */
function bounded<T>(db: Database, work: (q: Queries) => Promise<T>): Promise<T> {
  return db.transaction(async (q) => {
    await q.script(`SET LOCAL lock_timeout = ${LOCK_WAIT_MS}`);
    return work(q);
  });
}

/**
 * Removes at most {@link MAX_PRUNED} rows of what is kept no longer. Several nodes may prune at once, beside
 * all that goes on: rows that another one has locked are left for later. Locks are taken in the order of all
 * writers: jobs, then what is theirs.
 */
export async function prune(db: Database, retention: Retention, now: number): Promise<PruneResult> {
  const { maxAgeMs, countsMaxAgeMs } = retention;
  const steps: readonly ((left: number) => Promise<Step>)[] = [
    (left) => bounded(db, (q) => pruneOverfull(q, retention, { now, left })),
    (left) => bounded(db, (q) => pruneOld(q, retention, { now, left })),
    (left) => change(db, RETIRE, [now - maxAgeMs, left, now]),
    (left) => change(db, REMOVE_TOMBSTONES, [left]),
    (left) => change(db, OLD_DEDUPE_KEYS, [now - DEDUPE_MS, left]),
    (left) => change(db, OLD_HOURS, [now - countsMaxAgeMs, left]),
    (left) => change(db, OLD_JOB_HOURS, [now - countsMaxAgeMs, left]),
  ];
  let left = MAX_PRUNED;
  let isMore = false;
  for (const step of steps) {
    if (left <= 0) break;
    const { removed, more } = await step(left);
    left -= removed;
    isMore ||= more;
  }
  return { removed: MAX_PRUNED - left, more: isMore || left <= 0 };
}

async function change(db: Database, sql: string, params: readonly Param[]): Promise<Step> {
  return { removed: await db.run(sql, params), more: false };
}

async function pruneOverfull(q: Queries, retention: Retention, { now, left }: Room): Promise<Step> {
  const { finishedPerJob, skippedPerJob } = retention;
  const bounds = [Math.floor(finishedPerJob * SLACK), Math.floor(skippedPerJob * SLACK)];
  const jobs = await q.arrays(LOCK_OVERFULL, [...bounds, MAX_JOBS]);
  const first = { made: newTakes(), ended: newTakes(), skipped: newTakes() };
  let budget = left;
  for (const job of jobs) {
    const [uid, finishedCount, skippedCount] = rowOf<[number, number, number]>(job);
    const isFar = finishedCount > FAR_OVER * finishedPerJob;
    budget -= take(isFar ? first.made : first.ended, uid, Math.min(finishedCount - finishedPerJob, budget));
    budget -= take(first.skipped, uid, Math.min(skippedCount - skippedPerJob, budget));
  }
  const ids = [
    ...(await idsOf(q, FIRST_MADE, first.made)),
    ...(await idsOf(q, FIRST_ENDED, first.ended)),
    ...(await idsOf(q, FIRST_SKIPPED, first.skipped)),
  ];
  const removed = await removeRuns(q, ids, retention, now);
  return { removed, more: removed > 0 && jobs.length === MAX_JOBS };
}

/** So many runs of each of these jobs. */
interface Takes {
  readonly uids: number[];
  readonly counts: number[];
}

function newTakes(): Takes {
  return { uids: [], counts: [] };
}

function take({ uids, counts }: Takes, uid: number, count: number): number {
  if (count <= 0) return 0;
  uids.push(uid);
  counts.push(count);
  return count;
}

async function idsOf(q: Queries, sql: string, { uids, counts }: Takes): Promise<readonly number[]> {
  return uids.length === 0 ? [] : numbersIn(await q.arrays(sql, [uids, counts]));
}

async function pruneOld(q: Queries, retention: Retention, { now, left }: Room): Promise<Step> {
  const old = await q.arrays(OLD_RUNS, [now - retention.maxAgeMs, left]);
  if (old.length === 0) return { removed: 0, more: false };
  const runs = old.map((row) => rowOf<[id: number, jobUid: number]>(row));
  const locked = new Set(numbersIn(await q.arrays(LOCK_JOBS, [runs.map(([, jobUid]) => jobUid)])));
  const ids = runs.filter(([, jobUid]) => locked.has(jobUid)).map(([id]) => id);
  const removed = await removeRuns(q, ids, retention, now);
  return { removed, more: removed > 0 && old.length === left };
}

/**
 * Removes finished runs of locked jobs, with their logs; keeps them in their job's hours, and in the dedupe
 * keys that name them. Returns how many were still there.
 */
async function removeRuns(
  q: Queries,
  ids: readonly number[],
  { countsMaxAgeMs }: Retention,
  now: number,
): Promise<number> {
  if (ids.length === 0) return 0;
  const named = (await q.arrays(NAMED_RUNS, [ids])).map(finishedRunOf);
  if (named.length > 0) {
    await q.run(KEEP_RUNS, [named.map(({ id }) => Number(id)), named.map((run) => JSON.stringify(run))]);
  }
  const removed = await q.arrays(REMOVE_RUNS, [ids]);
  await q.run(REMOVE_LOGS, [ids]);
  const columns = columnsOf(
    removed.map((row) => rowOf<[jobUid: number, status: FinishedStatus, finishedAt: number]>(row)),
    3,
  );
  await q.run(LESS_HISTORY, columns.slice(0, 2));
  await q.run(ADD_TO_JOB_HOURS, [...columns, now - countsMaxAgeMs]);
  return removed.length;
}

const LOCK_OVERFULL = `SELECT uid, finished_count, skipped_count FROM greenvue_jobs.jobs
  WHERE finished_count > $1 OR skipped_count > $2 LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED`;
const LOCK_JOBS = `SELECT uid FROM greenvue_jobs.jobs WHERE uid = ANY($1::bigint[])
  ORDER BY uid FOR NO KEY UPDATE SKIP LOCKED`;

/** Parameters: uids, and of each how many. */
const firstOf = (which: string, order: string) => `SELECT first.id
  FROM unnest($1::bigint[], $2::bigint[]) AS job (uid, count) CROSS JOIN LATERAL (
    SELECT id FROM greenvue_jobs.runs WHERE job_uid = job.uid AND ${which} ORDER BY ${order} LIMIT job.count) AS first`;
const FIRST_ENDED = firstOf("status <> 'skipped'", 'finished_at, id');
const FIRST_MADE = firstOf("status <> 'skipped'", 'id');
const FIRST_SKIPPED = firstOf("status = 'skipped'", 'id');
/** Nothing ends before it was queued: that bounds what has to be read. */
const OLD_RUNS = `SELECT id, job_uid FROM greenvue_jobs.runs WHERE queued_at < $1 AND finished_at < $1
  ORDER BY queued_at LIMIT $2`;
const NAMED_RUNS = `SELECT ${FINISHED_COLUMNS} FROM greenvue_jobs.runs
  WHERE id = ANY(ARRAY(SELECT run_id FROM greenvue_jobs.dedupe_keys WHERE run_id = ANY($1::bigint[])))`;
const KEEP_RUNS = `UPDATE greenvue_jobs.dedupe_keys SET pruned_run = kept.run
  FROM unnest($1::bigint[], $2::text[]) AS kept (run_id, run) WHERE dedupe_keys.run_id = kept.run_id`;
const REMOVE_RUNS =
  'DELETE FROM greenvue_jobs.runs WHERE id = ANY($1::bigint[]) RETURNING job_uid, status, finished_at';
const REMOVE_LOGS = 'DELETE FROM greenvue_jobs.run_logs WHERE run_id = ANY($1::bigint[])';
const LESS_HISTORY = `UPDATE greenvue_jobs.jobs SET
    finished_count = greatest(0, finished_count - gone.finished),
    skipped_count = greatest(0, skipped_count - gone.skipped)
  FROM (SELECT uid, count(*) FILTER (WHERE status <> 'skipped') AS finished,
      count(*) FILTER (WHERE status = 'skipped') AS skipped
    FROM unnest($1::bigint[], $2::text[]) AS run (uid, status) GROUP BY uid) AS gone
  WHERE jobs.uid = gone.uid`;
const ADD_TO_JOB_HOURS = `INSERT INTO greenvue_jobs.job_hour_counts AS counted (job_uid, hour, status, count)
  SELECT uid, finished_at / ${HOUR_MS} * ${HOUR_MS} AS hour, status, count(*)
  FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS run (uid, status, finished_at)
  WHERE finished_at >= $4 GROUP BY uid, hour, status
  ON CONFLICT (job_uid, hour, status) DO UPDATE SET count = counted.count + excluded.count`;

/**
 * Finished jobs whose time is over become tombstones; those go with the last row of their history. None ends
 * before its `run_at`, which bounds what has to be read. As an array, here and below, so that the rows are
 * picked and locked once, not again for each row that is looked at.
 */
const RETIRE = `UPDATE greenvue_jobs.jobs SET deleted_at = $3 WHERE uid = ANY(ARRAY(
  SELECT uid FROM greenvue_jobs.jobs
  WHERE status = 'finished' AND deleted_at IS NULL AND run_at < $1
    AND coalesce(last_end_at, last_slot_at, created_at) < $1
  LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED))`;
const REMOVE_TOMBSTONES = `DELETE FROM greenvue_jobs.jobs WHERE uid = ANY(ARRAY(
  SELECT uid FROM greenvue_jobs.jobs
  WHERE deleted_at IS NOT NULL AND finished_count = 0 AND skipped_count = 0
    AND NOT EXISTS (SELECT 1 FROM greenvue_jobs.live_runs WHERE job_uid = uid)
  LIMIT $1 FOR UPDATE SKIP LOCKED))`;
const OLD_DEDUPE_KEYS = `DELETE FROM greenvue_jobs.dedupe_keys WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM greenvue_jobs.dedupe_keys WHERE at <= $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED))`;
const OLD_HOURS = `DELETE FROM greenvue_jobs.hour_counts WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM greenvue_jobs.hour_counts WHERE hour < $1 ORDER BY hour LIMIT $2 FOR UPDATE SKIP LOCKED))`;
const OLD_JOB_HOURS = `DELETE FROM greenvue_jobs.job_hour_counts WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM greenvue_jobs.job_hour_counts WHERE hour < $1 ORDER BY hour LIMIT $2 FOR UPDATE SKIP LOCKED))`;
