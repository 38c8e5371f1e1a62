import type { FinishedStatus, RunTrigger } from '../../../core/model/run.ts';
import type { AsyncTables } from '../../../core/transactions/script.ts';
import type { OldRows, PruneTables, RunsToPrune } from '../../../core/transactions/tables/prune-tables.ts';
import { numberOf, numbersIn } from '../../rows/first-column.ts';
import { bucketsOf } from '../../rows/hour-tally.ts';
import { FINISHED_COLUMNS, finishedRunOf } from '../../rows/runs/run-row.ts';
import { ALERTS } from '../alert-statements.ts';
import { CHECKPOINTS } from '../checkpoint-statements.ts';
import { columnsOf } from '../connection/queries.ts';
import { removeUnusedGroups } from '../limits/remove-unused-groups.ts';
import { lockFreeByUids, takeLocked } from '../locks/job-locks.ts';
import { runRead } from '../postgres-reads.ts';
import { rowOf } from '../rows/run-rows.ts';
import { SELECT_VARYING } from '../shortcuts/known-jobs.ts';
import type { Unit } from '../tables/unit.ts';

/**
 * Several nodes may prune at once, beside all other work: rows that another transaction has locked are left
 * for later. Locks jobs first and then their rows, as all writers do.
 */
export function pruneTables(u: Unit): Pick<AsyncTables, keyof PruneTables> {
  const { q } = u;
  return {
    async lockOverfull({ finished, skipped }, limit) {
      const jobs = await takeLocked(u, await q.objects(LOCK_OVERFULL, [finished, skipped, limit]));
      return { jobs, more: jobs.length === limit };
    },
    async firstRuns(toPrune) {
      const ids: number[] = [];
      for (const [first, sql] of Object.entries(FIRST)) {
        const some = toPrune.filter((one) => one.first === first);
        const jobs = some.map(({ uid, count }) => [uid, count]);
        if (jobs.length > 0) ids.push(...numbersIn(await q.arrays(sql, columnsOf(jobs, 2))));
      }
      return ids;
    },
    async lockOldRuns(before, limit) {
      const old = await q.arrays(OLD_RUNS, [before, limit]);
      const runs = old.map((row) => rowOf<[id: number, jobUid: number]>(row));
      if (runs.length > 0)
        await takeLocked(u, await q.objects(LOCK_FREE_JOBS, [runs.map(([, jobUid]) => jobUid)]));
      const ids = runs.flatMap(([id, jobUid]) => (u.jobs.has(jobUid) ? [id] : []));
      return { ids, isFull: old.length === limit };
    },
    async removeRuns(ids) {
      const named = (await q.arrays(NAMED_RUNS, [ids])).map(finishedRunOf);
      if (named.length > 0)
        await q.write(KEEP_RUNS, [
          named.map(({ id }) => Number(id)),
          named.map((run) => JSON.stringify(run)),
        ]);
      await q.write(REMOVE_LOGS, [ids]);
      await q.write(REMOVE_LINKS, [ids]);
      return (await q.arrays(REMOVE_RUNS, [ids])).map((row) => {
        const [
          jobUid,
          status,
          startedAt,
          finishedAt,
          dueAt,
          trigger,
          scheduledFor,
          catchUp,
          missed,
          queuedAt,
        ] = rowOf<RemovedRow>(row);
        const run = { jobUid: String(jobUid), status, finishedAt, dueAt, trigger, catchUp, missed, queuedAt };
        return {
          ...run,
          ...(startedAt === null ? {} : { startedAt }),
          ...(scheduledFor === null ? {} : { scheduledFor }),
        };
      });
    },
    async keepBackfillEnds(runs) {
      const rows = runs.map((run) => [run.status, Number(run.jobUid), run.scheduledFor ?? 0, run.queuedAt]);
      await q.write(KEEP_BACKFILL_ENDS, columnsOf(rows, 4));
    },
    async countInJobHours(runs) {
      const rows = runs.flatMap((run) =>
        bucketsOf(run).map(({ hour, measure, bucket }) => [Number(run.jobUid), hour, measure, bucket]),
      );
      await q.write(ADD_TO_JOB_HOURS, columnsOf(rows, 4));
    },
    async removeOld(what, before, limit) {
      if (what === 'nodeNames') return 0;
      if (what === 'alertDeliveries') return runRead(q, ALERTS.removeOldDeliveries(before, limit));
      if (what === 'checkpoints')
        return (await runRead(q, CHECKPOINTS.removeLeft(limit))) + (await q.run(LEFT_COMPLETIONS, [limit]));
      if (what === 'backfills') await q.write(OLD_BACKFILL_SLOTS, [before, limit]);
      if (what === 'tombstones') return numberOf((await q.arrays(REMOVE_TOMBSTONES, [limit]))[0]) ?? 0;
      return q.run(OLD[what], what === 'finishedJobs' ? [before, limit, u.now] : [before, limit]);
    },
    removeUnusedGroups: (before, limit) => removeUnusedGroups(u, before, limit),
  };
}

type RemovedRow = [
  jobUid: number,
  status: FinishedStatus,
  startedAt: number | null,
  finishedAt: number,
  dueAt: number,
  trigger: RunTrigger,
  scheduledFor: number | null,
  catchUp: boolean,
  missed: number,
  queuedAt: number,
];

/** A node of an earlier version may have settled their runs. */
const LEFT_COMPLETIONS = `DELETE FROM greenvue_jobs.completions WHERE run_id = ANY(ARRAY(
  SELECT run_id FROM greenvue_jobs.completions
  WHERE NOT EXISTS (SELECT FROM greenvue_jobs.live_runs WHERE id = run_id) LIMIT $1))`;
const LOCK_OVERFULL = `${SELECT_VARYING}
  WHERE finished_count > $1 OR skipped_count > $2 LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED`;
const LOCK_FREE_JOBS = lockFreeByUids('$1');

/** Parameters: the uids, and the number of rows for each. */
const firstOf = (which: string, order: string) => `SELECT first.id
  FROM unnest($1::bigint[], $2::bigint[]) AS job (uid, count) CROSS JOIN LATERAL (
    SELECT id FROM greenvue_jobs.runs WHERE job_uid = job.uid AND ${which} ORDER BY ${order} LIMIT job.count) AS first`;
const FIRST: Readonly<Record<RunsToPrune['first'], string>> = {
  made: firstOf("status <> 'skipped'", 'id'),
  ended: firstOf("status <> 'skipped'", 'finished_at, id'),
  skipped: firstOf("status = 'skipped'", 'id'),
};
/** No run ends before it was queued, so the condition on `queued_at` limits the rows to read. */
const OLD_RUNS = `SELECT id, job_uid FROM greenvue_jobs.runs WHERE queued_at < $1 AND finished_at < $1
  ORDER BY queued_at LIMIT $2`;
const NAMED_RUNS = `SELECT ${FINISHED_COLUMNS} FROM greenvue_jobs.runs
  WHERE id = ANY(ARRAY(SELECT run_id FROM greenvue_jobs.dedupe_keys WHERE run_id = ANY($1::bigint[])))`;
const KEEP_RUNS = `UPDATE greenvue_jobs.dedupe_keys SET pruned_run = kept.run
  FROM unnest($1::bigint[], $2::text[]) AS kept (run_id, run) WHERE dedupe_keys.run_id = kept.run_id`;
const REMOVE_RUNS = `DELETE FROM greenvue_jobs.runs WHERE id = ANY($1::bigint[]) RETURNING job_uid, status, started_at, finished_at,
    coalesce(due_at, scheduled_for, queued_at), trigger, scheduled_for, catch_up, missed, queued_at`;
const REMOVE_LINKS = 'DELETE FROM greenvue_jobs.chained_runs WHERE run_id = ANY($1::bigint[])';
const REMOVE_LOGS = 'DELETE FROM greenvue_jobs.run_logs WHERE run_id = ANY($1::bigint[])';
const ADD_TO_JOB_HOURS = `INSERT INTO greenvue_jobs.job_hour_buckets AS counted (job_uid, hour, measure, bucket, count)
  SELECT job_uid, hour, measure, bucket, count(*)
  FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::integer[]) AS run (job_uid, hour, measure, bucket)
  GROUP BY job_uid, hour, measure, bucket ORDER BY job_uid, hour, measure, bucket
  ON CONFLICT (job_uid, hour, measure, bucket) DO UPDATE SET count = counted.count + excluded.count`;
const KEEP_BACKFILL_ENDS = `UPDATE greenvue_jobs.backfill_slots AS slots SET ended = run.status
  FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) AS run (status, job_uid, slot, taken_at)
  WHERE slots.job_uid = run.job_uid AND slots.slot = run.slot AND slots.taken_at = run.taken_at`;

/** Backfills without a slot to come. */
const OVER = `SELECT id FROM greenvue_jobs.backfills WHERE created_at < $1 AND NOT EXISTS (
    SELECT FROM greenvue_jobs.backfill_slots AS slots JOIN greenvue_jobs.jobs ON jobs.uid = slots.job_uid
    WHERE backfill_id = backfills.id AND taken_at IS NULL AND jobs.deleted_at IS NULL) ORDER BY id LIMIT $2`;
const OLD_BACKFILL_SLOTS = `DELETE FROM greenvue_jobs.backfill_slots WHERE backfill_id = ANY(ARRAY(${OVER}))`;
const OLD_BACKFILLS = `DELETE FROM greenvue_jobs.backfills WHERE id = ANY(ARRAY(${OVER}))`;

const oldOf = (table: string, at: string) => `DELETE FROM greenvue_jobs.${table} WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM greenvue_jobs.${table} WHERE ${at} < $1 ORDER BY ${at} LIMIT $2 FOR UPDATE SKIP LOCKED))`;
/**
 * The array makes PostgreSQL pick and lock the rows once, and not once for each row. No job ends before its
 * `run_at` or its creation, so the condition on them limits the rows to read.
 */
const OLD: Readonly<
  Record<Exclude<OldRows, 'tombstones' | 'nodeNames' | 'alertDeliveries' | 'checkpoints'>, string>
> = {
  finishedJobs: `UPDATE greenvue_jobs.jobs SET deleted_at = $3 WHERE uid = ANY(ARRAY(
    SELECT uid FROM greenvue_jobs.jobs
    WHERE status = 'finished' AND deleted_at IS NULL AND declared IS NULL AND coalesce(run_at, created_at) < $1
      AND coalesce(last_end_at, last_slot_at, created_at) < $1
    LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED))`,
  dedupeKeys: oldOf('dedupe_keys', 'at'),
  hours: oldOf('hour_counts', 'hour'),
  jobHours: oldOf('job_hour_counts', 'hour'),
  hourBuckets: oldOf('hour_buckets', 'hour'),
  jobHourBuckets: oldOf('job_hour_buckets', 'hour'),
  backfills: OLD_BACKFILLS,
};
/** Includes jobs whose time of deletion is in the future, because the clock went back (P17, clock). */
const REMOVE_TOMBSTONES = `WITH gone AS (
    DELETE FROM greenvue_jobs.jobs WHERE uid = ANY(ARRAY(
      SELECT uid FROM greenvue_jobs.jobs
      WHERE deleted_at IS NOT NULL AND finished_count = 0 AND skipped_count = 0
        AND NOT EXISTS (SELECT 1 FROM greenvue_jobs.live_runs WHERE job_uid = uid)
      LIMIT $1 FOR UPDATE SKIP LOCKED))
    RETURNING uid),
  versions AS (DELETE FROM greenvue_jobs.job_versions USING gone WHERE job_uid = gone.uid)
  SELECT count(*) FROM gone`;
