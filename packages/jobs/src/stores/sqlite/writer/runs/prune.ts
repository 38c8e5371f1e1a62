import type { OldRows, PruneTables, RunsToPrune } from '../../../../core/transactions/tables/prune-tables.ts';
import { numbersIn } from '../../../rows/first-column.ts';
import { bucketsOf } from '../../../rows/hour-tally.ts';
import { ALERTS } from '../../alert-statements.ts';
import { CHECKPOINTS } from '../../checkpoint-statements.ts';
import { removeUnusedGroups } from '../../limits/remove-unused-groups.ts';
import { MEASURE, STATUS } from '../../rows/codes.ts';
import { rowOf } from '../../rows/run-rows.ts';
import { runRead } from '../../sqlite-reads.ts';
import type { Writer } from '../writer.ts';
import { findFinishedRun } from './history.ts';

export function pruneTables(w: Writer): PruneTables {
  const lock = (uid: number) => w.lock(uid);
  const changes = (sql: string, ...params: readonly number[]) =>
    Number(w.db.statement(sql).run(...params).changes);
  return {
    lockOverfull(bounds, limit) {
      const isScanning = w.jobs.scan(bounds);
      const { overfull } = w.jobs;
      return { jobs: [...overfull].slice(0, limit).map(lock), more: isScanning || overfull.size > limit };
    },
    firstRuns: (toPrune) =>
      toPrune.flatMap(({ uid, first, count }) => numbersIn(w.db.arrays(FIRST[first]).all(uid, count))),
    lockOldRuns(before, limit) {
      const old = w.db.arrays(OLD_RUNS).all(w.ids.above(before), before, limit);
      const runs = old.map((row) => rowOf<[id: number, jobUid: number]>(row));
      for (const [, jobUid] of runs) lock(jobUid);
      return { ids: runs.map(([id]) => id), isFull: runs.length === limit };
    },
    removeRuns: (ids) =>
      ids.flatMap((id) => {
        const run = findFinishedRun(w, id);
        if (run === undefined) return [];
        w.db.write(REMOVE_RUN, id);
        w.db.write(REMOVE_LOGS, id);
        w.db.write(REMOVE_LINK, id);
        if (w.db.arrays(DEDUPE_KEY_OF).get(id) !== undefined) w.db.write(KEEP_RUN, JSON.stringify(run), id);
        return [run];
      }),
    keepBackfillEnds(runs) {
      for (const { jobUid, scheduledFor = 0, queuedAt, status } of runs)
        w.db.write(KEEP_BACKFILL_END, status, Number(jobUid), scheduledFor, queuedAt);
    },
    countInJobHours(runs) {
      for (const run of runs)
        for (const { hour, measure, bucket } of bucketsOf(run))
          w.db.write(ADD_TO_JOB_HOUR, Number(run.jobUid), hour, MEASURE[measure], bucket);
    },
    removeOld(what, before, limit) {
      switch (what) {
        case 'finishedJobs': {
          const uids = numbersIn(w.db.arrays(FINISHED_JOBS).all(before, limit));
          for (const stored of uids.map(lock)) w.jobs.save(stored, { ...stored, deletedAt: w.unit.now });
          return uids.length;
        }
        case 'tombstones': {
          const uids = numbersIn(w.db.arrays(GONE_JOBS).all(limit));
          for (const uid of uids) {
            w.jobs.remove(uid);
            w.db.write(REMOVE_VERSIONS, uid);
          }
          return uids.length;
        }
        case 'nodeNames':
          return w.nodes.prune({ now: w.unit.now, before });
        case 'alertDeliveries':
          return runRead(w.db, ALERTS.removeOldDeliveries(before, limit));
        case 'checkpoints':
          return runRead(w.db, CHECKPOINTS.removeLeft(limit));
        case 'backfills':
          changes(OLD_BACKFILL_SLOTS, before, limit);
          return changes(OLD_BACKFILLS, before, limit);
        default:
          return changes(OLD[what], before, limit);
      }
    },
    removeUnusedGroups: (before, limit) => removeUnusedGroups(w, before, limit),
  };
}

const FIRST: Readonly<Record<RunsToPrune['first'], string>> = {
  ended: `SELECT id FROM runs WHERE job_uid = ? AND status <> ${STATUS.skipped} ORDER BY finished_at, id LIMIT ?`,
  made: `SELECT id FROM runs WHERE job_uid = ? AND status <> ${STATUS.skipped} ORDER BY id LIMIT ?`,
  skipped: `SELECT id FROM runs WHERE job_uid = ? AND status = ${STATUS.skipped} ORDER BY id LIMIT ?`,
};
const OLD_RUNS = 'SELECT id, job_uid FROM runs WHERE id < ? AND finished_at < ? ORDER BY id LIMIT ?';
const FINISHED_JOBS = `SELECT uid FROM jobs INDEXED BY jobs_finished
  WHERE status = 'finished' AND deleted_at IS NULL AND declared IS NULL
    AND coalesce(last_end_at, last_slot_at, created_at) < ? LIMIT ?`;
const GONE_JOBS = `SELECT uid FROM jobs
  WHERE deleted_at IS NOT NULL AND finished_count = 0 AND skipped_count = 0
    AND NOT EXISTS (SELECT 1 FROM live_runs WHERE job_uid = uid) LIMIT ?`;
const REMOVE_VERSIONS = 'DELETE FROM job_versions WHERE job_uid = ?';
const REMOVE_RUN = 'DELETE FROM runs WHERE id = ?';
const REMOVE_LINK = 'DELETE FROM chained_runs WHERE run_id = ?';
const REMOVE_LOGS = 'DELETE FROM run_logs WHERE run_id = ?';
const DEDUPE_KEY_OF = 'SELECT 1 FROM dedupe_keys WHERE run_id = ?';
const KEEP_RUN = 'UPDATE dedupe_keys SET pruned_run = ? WHERE run_id = ?';
const KEEP_BACKFILL_END = `UPDATE backfill_slots SET ended = ?
  WHERE job_uid = ? AND slot = ? AND taken_at = ?`;
/** Those without a slot to come. */
const OVER = `SELECT id FROM backfills WHERE created_at < ? AND NOT EXISTS
  (SELECT 1 FROM backfill_slots WHERE backfill_id = backfills.id AND taken_at IS NULL
    AND EXISTS (SELECT 1 FROM jobs WHERE uid = backfill_slots.job_uid AND deleted_at IS NULL)) ORDER BY id LIMIT ?`;
const OLD_BACKFILL_SLOTS = `DELETE FROM backfill_slots WHERE backfill_id IN (${OVER})`;
const OLD_BACKFILLS = `DELETE FROM backfills WHERE id IN (${OVER})`;
const ADD_TO_JOB_HOUR = `INSERT INTO job_hour_buckets (job_uid, hour, measure, bucket, count) VALUES (?, ?, ?, ?, 1)
  ON CONFLICT (job_uid, hour, measure, bucket) DO UPDATE SET count = count + 1`;
const OLD: Readonly<
  Record<
    Exclude<
      OldRows,
      'finishedJobs' | 'tombstones' | 'nodeNames' | 'alertDeliveries' | 'backfills' | 'checkpoints'
    >,
    string
  >
> = {
  dedupeKeys: `DELETE FROM dedupe_keys WHERE (job_uid, key) IN
    (SELECT job_uid, key FROM dedupe_keys WHERE at < ? LIMIT ?)`,
  hours: `DELETE FROM hour_counts WHERE (hour, status) IN
    (SELECT hour, status FROM hour_counts WHERE hour < ? LIMIT ?)`,
  jobHours: `DELETE FROM job_hour_counts WHERE (job_uid, hour, status) IN
    (SELECT job_uid, hour, status FROM job_hour_counts WHERE hour < ? LIMIT ?)`,
  hourBuckets: `DELETE FROM hour_buckets WHERE (subject, hour, measure, bucket) IN
    (SELECT subject, hour, measure, bucket FROM hour_buckets WHERE hour < ? LIMIT ?)`,
  jobHourBuckets: `DELETE FROM job_hour_buckets WHERE (job_uid, hour, measure, bucket) IN
    (SELECT job_uid, hour, measure, bucket FROM job_hour_buckets WHERE hour < ? LIMIT ?)`,
};
