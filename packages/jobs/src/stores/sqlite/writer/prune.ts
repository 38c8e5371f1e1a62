import type { FinishedRun } from '../../../core/model/run.ts';
import type { PruneResult, Retention } from '../../../core/store/store.ts';
import { DEDUPE_MS } from '../../../core/store/store-commands.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import { FAR_OVER, MAX_PRUNED, SLACK } from '../../rows/bounds.ts';
import { numbersIn } from '../../rows/first-column.ts';
import { HOUR_MS, hourOf } from '../../rows/hours.ts';
import { FINISHED_COLUMNS } from '../../rows/run-row.ts';
import { STATUS } from '../rows/codes.ts';
import { finishedRunOf } from '../rows/run-rows.ts';
import { idAbove } from './ids.ts';
import type { Writer } from './writer.ts';

const DAY_MS = 24 * HOUR_MS;

/**
 * Removes at most {@link MAX_PRUNED} rows of what is kept no longer; without any, it costs a few index seeks.
 */
export function prune(w: Writer, retention: Retention, now: number): PruneResult {
  const { maxAgeMs, countsMaxAgeMs } = retention;
  const bounds = { finished: retention.finishedPerJob * SLACK, skipped: retention.skippedPerJob * SLACK };
  const scanning = w.historyOverLimit.scan(bounds);
  let left = MAX_PRUNED;
  const steps: readonly (() => number)[] = [
    () => pruneOverfull(w, retention, { now, left }),
    () =>
      removeRuns(
        w,
        idsOf(w, OLD_RUNS, idAbove(now - maxAgeMs, w.ids.leadMs()), now - maxAgeMs, left),
        retention,
        now,
      ),
    () => retire(w, now, idsOf(w, FINISHED_JOBS, now - maxAgeMs, left)),
    () => removeTombstones(w, idsOf(w, GONE_JOBS, left)),
    () => changes(w, OLD_DEDUPE_KEYS, now - DEDUPE_MS, left),
    () => changes(w, OLD_HOURS, now - countsMaxAgeMs, left),
    () => changes(w, OLD_JOB_HOURS, now - countsMaxAgeMs, left),
    () => w.nodes.prune({ now, before: now - maxAgeMs - DAY_MS }),
  ];
  for (const step of steps) {
    if (left <= 0) break;
    left -= step();
  }
  return { removed: MAX_PRUNED - left, more: left <= 0 || scanning };
}

function idsOf(w: Writer, sql: string, ...params: readonly number[]): number[] {
  return numbersIn(w.db.arrays(sql).all(...params));
}

function changes(w: Writer, sql: string, ...params: readonly number[]): number {
  return Number(w.db.statement(sql).run(...params).changes);
}

function pruneOverfull(
  w: Writer,
  retention: Retention,
  { now, left }: { readonly now: number; readonly left: number },
): number {
  let removed = 0;
  for (const uid of w.jobs.overfull) {
    const { finishedCount, skippedCount } = w.jobs.require(uid);
    const budget = left - removed;
    const finished = Math.min(finishedCount - retention.finishedPerJob, budget);
    const isFar = finishedCount > FAR_OVER * retention.finishedPerJob;
    const ids = finished > 0 ? idsOf(w, isFar ? FIRST_MADE : FIRST_ENDED, uid, finished) : [];
    const skipped = Math.min(skippedCount - retention.skippedPerJob, budget - ids.length);
    if (skipped > 0) ids.push(...idsOf(w, FIRST_SKIPPED, uid, skipped));
    removed += removeRuns(w, ids, retention, now);
    if (removed >= left) break;
  }
  return removed;
}

/**
 * Removes finished runs with their logs; keeps them in their job's hours, and in the dedupe keys that name
 * them.
 */
function removeRuns(w: Writer, ids: readonly number[], retention: Retention, now: number): number {
  const byJob = new Map<number, FinishedRun[]>();
  for (const id of ids) {
    const run = finishedRunOf(w.db.arrays(RUN).get(id), w.nodes.nameOf);
    const uid = Number(run.jobUid);
    const runs = byJob.get(uid);
    if (runs === undefined) byJob.set(uid, [run]);
    else runs.push(run);
    w.db.write(REMOVE_RUN, id);
    w.db.write(REMOVE_LOGS, id);
    if (w.db.arrays(DEDUPE_KEY_OF).get(id) !== undefined) w.db.write(KEEP_RUN, JSON.stringify(run), id);
  }
  for (const [uid, runs] of byJob) {
    const stored = w.jobs.require(uid);
    w.jobs.save(stored, lessHistory(stored, runs));
    for (const { status, finishedAt } of runs) {
      if (finishedAt < now - retention.countsMaxAgeMs) continue;
      w.db.write(ADD_TO_JOB_HOUR, uid, hourOf(finishedAt), STATUS[status]);
    }
  }
  return ids.length;
}

function lessHistory(stored: StoredJob, runs: readonly FinishedRun[]): StoredJob {
  const skipped = runs.filter(({ status }) => status === 'skipped').length;
  return {
    ...stored,
    finishedCount: Math.max(0, stored.finishedCount - (runs.length - skipped)),
    skippedCount: Math.max(0, stored.skippedCount - skipped),
  };
}

/** Finished jobs whose time is over become tombstones; those go with the last row of their history. */
function retire(w: Writer, now: number, uids: readonly number[]): number {
  for (const uid of uids) {
    const stored = w.jobs.require(uid);
    w.jobs.save(stored, { ...stored, deletedAt: now });
  }
  return uids.length;
}

function removeTombstones(w: Writer, uids: readonly number[]): number {
  for (const uid of uids) w.jobs.remove(uid);
  return uids.length;
}

const FIRST_ENDED = `SELECT id FROM runs WHERE job_uid = ? AND status <> ${STATUS.skipped} ORDER BY finished_at, id LIMIT ?`;
const FIRST_MADE = `SELECT id FROM runs WHERE job_uid = ? AND status <> ${STATUS.skipped} ORDER BY id LIMIT ?`;
const FIRST_SKIPPED = `SELECT id FROM runs WHERE job_uid = ? AND status = ${STATUS.skipped} ORDER BY id LIMIT ?`;
const OLD_RUNS = 'SELECT id FROM runs WHERE id < ? AND finished_at < ? ORDER BY id LIMIT ?';
const FINISHED_JOBS = `SELECT uid FROM jobs INDEXED BY jobs_finished
  WHERE status = 'finished' AND deleted_at IS NULL AND coalesce(last_end_at, last_slot_at, created_at) < ? LIMIT ?`;
const GONE_JOBS = `SELECT uid FROM jobs
  WHERE deleted_at IS NOT NULL AND finished_count = 0 AND skipped_count = 0
    AND NOT EXISTS (SELECT 1 FROM live_runs WHERE job_uid = uid) LIMIT ?`;
const RUN = `SELECT ${FINISHED_COLUMNS} FROM runs WHERE id = ?`;
const REMOVE_RUN = 'DELETE FROM runs WHERE id = ?';
const REMOVE_LOGS = 'DELETE FROM run_logs WHERE run_id = ?';
const DEDUPE_KEY_OF = 'SELECT 1 FROM dedupe_keys WHERE run_id = ?';
const KEEP_RUN = 'UPDATE dedupe_keys SET pruned_run = ? WHERE run_id = ?';
const ADD_TO_JOB_HOUR = `INSERT INTO job_hour_counts (job_uid, hour, status, count) VALUES (?, ?, ?, 1)
  ON CONFLICT (job_uid, hour, status) DO UPDATE SET count = count + 1`;
const OLD_DEDUPE_KEYS = `DELETE FROM dedupe_keys WHERE (job_uid, key) IN
  (SELECT job_uid, key FROM dedupe_keys WHERE at <= ? LIMIT ?)`;
const OLD_HOURS = `DELETE FROM hour_counts WHERE (hour, status) IN
  (SELECT hour, status FROM hour_counts WHERE hour < ? LIMIT ?)`;
const OLD_JOB_HOURS = `DELETE FROM job_hour_counts WHERE (job_uid, hour, status) IN
  (SELECT job_uid, hour, status FROM job_hour_counts WHERE hour < ? LIMIT ?)`;
