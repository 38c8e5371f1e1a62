import { LARGEST_LOG_BYTES } from '../../../core/limits.ts';
import { type Held, isLiveRun } from '../../../core/model/run.ts';
import type { Move } from '../../../core/rules/decision.ts';
import { LOOK_AHEAD_MS } from '../../../core/rules/slots.ts';
import type { LogLine } from '../../../core/store/store-passes.ts';
import type { AsyncTables } from '../../../core/transactions/script.ts';
import type { PutBack, ReportState } from '../../../core/transactions/tables/tables.ts';
import { numberOf, numbersIn } from '../../rows/first-column.ts';
import { queueTerms, requeueLive } from '../../rows/queue-key.ts';
import { newestLines } from '../../rows/runs/log-lines.ts';
import { errorsText, LIVE_COLUMNS, liveRunOf } from '../../rows/runs/run-row.ts';
import { columnsOf } from '../connection/queries.ts';
import { lookAtKeys } from '../limits/group-keys.ts';
import { isInGroups, regroupRunOfJob, regroupRunsOfJob } from '../limits/regroup-runs.ts';
import { requireJob } from '../locks/job-locks.ts';
import { findRun } from '../postgres-reads.ts';
import { arraysOf, rowOf, runKeyOf } from '../rows/run-rows.ts';
import { START } from '../shortcuts/due-index-floor.ts';
import { becomeDue, type Unit } from './unit.ts';

type WaitingRunTables = Pick<
  AsyncTables,
  | 'lockLiveRuns'
  | 'makeAllDue'
  | 'moveRuns'
  | 'requeueRuns'
  | 'requeueRun'
  | 'makeRunDue'
  | 'lockRun'
  | 'findRun'
>;

/** The operations of transactions on the runs of a job. */
export function waitingRunTables(u: Unit): WaitingRunTables {
  const { q, now } = u;
  return {
    lockLiveRuns: async (uid, { ownRuns }) =>
      (await q.arrays(LOCK_LIVE_RUNS_OF_JOB, [uid, ownRuns])).map(liveRunOf),
    async makeAllDue(uid, after) {
      const rows = await q.arrays(MAKE_ALL_DUE, [now, uid, after]);
      becomeDue(u, 'runs', [now]);
      const free = rows.map((row) => rowOf<[Held, number]>(row)).filter(([held]) => held === 'no');
      await lookAtKeys(
        u,
        free.map(([, key]) => ({ key, at: now })),
      );
      return free.length;
    },
    async moveRuns(uid, move) {
      const { to, limit = Number.MAX_SAFE_INTEGER, dueBy = Number.MAX_SAFE_INTEGER, dueFrom = START } = move;
      const { asked, at } = askedOf(move);
      let left = limit;
      let due = 0;
      for (const from of move.from) {
        const rows = await q.arrays(MOVE, [to, uid, from, dueBy, asked, at, left, dueFrom]);
        left -= rows.length;
        if (to === 'no') {
          const moved = rows.map((row) => {
            const [availableAt, key] = rowOf<[number, number]>(row);
            return { at: availableAt, key };
          });
          const instants = moved.map((one) => one.at);
          becomeDue(u, 'runs', instants);
          await lookAtKeys(u, moved);
          due += instants.filter((availableAt) => availableAt <= now).length;
        }
        if (left <= 0) break;
      }
      return due;
    },
    async requeueRuns(uid, job) {
      const key = u.shared.types.keyOf(job);
      const { times, less } = queueTerms(job);
      if (await isInGroups(u, uid, job)) await regroupRunsOfJob(u, uid, job);
      else await q.write(REQUEUE_LIVE, [key, uid, job.typeVersion, times, less]);
      becomeDue(u, 'runs', [START]);
      return key;
    },
    requeueRun: (runId, job) => regroupRunOfJob(u, runId, job),
    async makeRunDue(runId) {
      const isDue = (await q.run(MAKE_DUE, [now, runKeyOf(runId)])) > 0;
      if (isDue) becomeDue(u, 'runs', [now]);
      return isDue;
    },
    async lockRun(runId) {
      const key = runKeyOf(runId);
      const jobUid = numberOf((await q.arrays(JOB_OF_LIVE_RUN, [key]))[0]);
      if (jobUid !== undefined) {
        await requireJob(u, jobUid);
        const [locked] = await q.arrays(LOCK_LIVE_RUN, [key]);
        if (locked !== undefined) return liveRunOf(locked);
      }
      // The run may have ended meanwhile. A run that became visible only now is not locked, so it counts as
      // absent.
      const run = await findRun(q, runId);
      return run !== undefined && isLiveRun(run) ? undefined : run;
    },
    findRun: (runId) => findRun(q, runId),
  };
}

function askedOf({ asked }: Move): { readonly asked: string; readonly at: number } {
  if (asked === undefined) return { asked: 'any', at: 0 };
  return 'since' in asked ? { asked: 'since', at: asked.since } : { asked: 'before', at: asked.before };
}

type ClaimedRunTables = Pick<
  AsyncTables,
  'claimsOf' | 'endRuns' | 'requestCancels' | 'writeReports' | 'appendLogs'
>;

/** The operations of transactions on claimed runs, current or former. */
export function claimedRunTables(u: Unit): ClaimedRunTables {
  const { q } = u;
  return {
    async claimsOf(whose) {
      const rows = await ('node' in whose
        ? q.arrays(CLAIMED_BY, [whose.node])
        : q.arrays(CLAIMED_BY_DEAD, [whose.deadExcept]));
      return rows.map((row) => {
        const [runId, fence] = rowOf<[number, number]>(row);
        return { runId, fence };
      });
    },
    async endRuns({ finished, putBack }) {
      if (finished.length > 0) {
        const deleted = await q.run(DELETE_LIVE, [finished.map(({ id }) => Number(id))]);
        if (deleted !== finished.length) throw new Error(`${finished.length - deleted} runs are not live`);
        u.ended.push(...finished);
      }
      if (putBack.length > 0) await writePutBack(u, putBack);
    },
    async requestCancels(runs, { reason, by = null }) {
      const ids = runs.map(({ id }) => Number(id));
      return numbersIn(await q.arrays(REQUEST_CANCEL, [reason, ids, by])).map(String);
    },
    async writeReports(batch) {
      const rows = batch.map(({ runId, fence, startedAt, progress, zombieSince }) => [
        Number(runId),
        fence,
        startedAt ?? null,
        progress === undefined ? null : JSON.stringify(progress),
        zombieSince ?? null,
      ]);
      // No two claims have the same fence.
      const current = new Map<number, ReportState>();
      for (const row of await q.arrays(REPORT, columnsOf(rows, 5))) {
        const [fence, cancel] = rowOf<[number, string | null]>(row);
        current.set(fence, { isToStop: cancel !== null });
      }
      return batch.map(({ fence }) => current.get(fence));
    },
    /** The runs' rows must be locked: otherwise two transactions could number the lines of one log alike. */
    async appendLogs(logs) {
      const byRun = new Map<number, readonly LogLine[]>();
      for (const { runId, lines } of logs)
        byRun.set(Number(runId), [...(byRun.get(Number(runId)) ?? []), ...lines]);
      const kept = [...byRun].flatMap(([runId, lines]) =>
        newestLines(lines.map(storable)).map(({ at, level, bytes, message, fields = null }, n) => [
          runId,
          n + 1,
          at,
          level,
          bytes,
          message,
          fields,
        ]),
      );
      if (kept.length === 0) return;
      await q.write(APPEND_LOGS, columnsOf(kept, 7));
      await q.write(DROP_OLDEST_LOGS, [[...byRun.keys()], LARGEST_LOG_BYTES]);
    },
  };
}

/** Puts runs whose claims ended back into the queue. */
async function writePutBack(u: Unit, runs: readonly PutBack[]): Promise<void> {
  const instants = runs.map(({ to }) => to.availableAt);
  becomeDue(u, 'runs', instants);
  const rows = runs.map(({ runId, to, progress }) => [
    Number(runId),
    to.held,
    to.availableAt,
    to.failures,
    to.recoveries,
    errorsText(to.errors),
    progress === undefined ? null : JSON.stringify(progress),
    to.expiresAt ?? null,
  ]);
  await u.q.write(PUT_BACK, columnsOf(rows, 8));
}

/** PostgreSQL refuses U+0000, and would refuse the whole settlement with it. */
function storable(line: LogLine): LogLine {
  return { ...line, message: line.message.replaceAll('\0', '\uFFFD') };
}

/** Does not wait for a handler that completes its run. */
const LOCK_LIVE_RUNS_OF_JOB = `SELECT ${LIVE_COLUMNS} FROM greenvue_jobs.live_runs
  WHERE job_uid = $1 AND (held <> 'run_at' OR $2::boolean) ORDER BY id FOR NO KEY UPDATE`;
const JOB_OF_LIVE_RUN = 'SELECT job_uid FROM greenvue_jobs.live_runs WHERE id = $1';
const LOCK_LIVE_RUN = `SELECT ${LIVE_COLUMNS} FROM greenvue_jobs.live_runs WHERE id = $1 FOR UPDATE`;
const MAKE_ALL_DUE = `UPDATE greenvue_jobs.live_runs SET available_at = $1::bigint
  WHERE job_uid = $2 AND held <> 'run_at' AND node IS NULL AND available_at > $3::bigint RETURNING held, type_key`;
const ASKED = `(trigger = 'manual' AND queued_at >= $6::bigint)`;
const MOVE = `UPDATE greenvue_jobs.live_runs SET held = $1, available_at = greatest(available_at, $8::bigint)
  WHERE id = ANY(ARRAY(
  SELECT id FROM greenvue_jobs.live_runs
  WHERE job_uid = $2 AND held = $3 AND available_at <= $4::bigint AND node IS NULL
    AND CASE $5::text WHEN 'any' THEN true WHEN 'since' THEN ${ASKED} ELSE NOT ${ASKED} END
  ORDER BY available_at, id LIMIT $7::bigint FOR UPDATE))
  RETURNING available_at, type_key`;
const REQUEUE_LIVE = requeueLive('greenvue_jobs.', '$');
/** Leaves out a run that was made shortly before its slot. */
const MAKE_DUE = `UPDATE greenvue_jobs.live_runs SET available_at = $1::bigint
  WHERE id = $2 AND node IS NULL AND held IN ('no', 'overlap')
    AND available_at > $1::bigint + CASE WHEN failures = 0 THEN ${LOOK_AHEAD_MS} ELSE 0 END`;

const CLAIMED_BY_DEAD = `SELECT id, fence FROM greenvue_jobs.live_runs WHERE node IS NOT NULL AND node <> $1
  AND NOT EXISTS (SELECT FROM greenvue_jobs.nodes WHERE nodes.id = live_runs.node)`;
const CLAIMED_BY = 'SELECT id, fence FROM greenvue_jobs.live_runs WHERE node = $1';
const DELETE_LIVE = 'DELETE FROM greenvue_jobs.live_runs WHERE id = ANY($1::bigint[])';
const PUT_BACK = `UPDATE greenvue_jobs.live_runs SET status = 'queued', held = new.held, available_at = new.available_at,
    failures = new.failures, recoveries = new.recoveries, errors = new.errors,
    progress = coalesce(new.progress, live_runs.progress), expires_at = new.expires_at, node = NULL, fence = NULL, started_at = NULL, cancel = NULL,
    zombie_since = NULL, job_version = NULL, slot_has_waited = CASE WHEN live_runs.scheduled_for IS NOT NULL THEN true END
  FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
      $8::bigint[]) AS new (id, held, available_at, failures, recoveries, errors, progress, expires_at)
  WHERE live_runs.id = new.id`;
const REQUEST_CANCEL = `UPDATE greenvue_jobs.live_runs SET cancel = $1, cancelled_by = $3::text
  WHERE id = ANY($2::bigint[]) AND node IS NOT NULL AND cancel IS NULL RETURNING id`;
/**
 * Locks rows in the order of ids, as all statements do. Does not wait for a handler that completes its run.
 */
const REPORT = `WITH told AS (
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[])
      AS told (id, fence, started_at, progress, zombie_since)),
  locked AS (
    SELECT live_runs.id FROM greenvue_jobs.live_runs JOIN told USING (id, fence) ORDER BY id FOR NO KEY UPDATE OF live_runs)
  UPDATE greenvue_jobs.live_runs SET
    status = CASE WHEN told.started_at IS NULL THEN live_runs.status ELSE 'running' END,
    started_at = coalesce(told.started_at, live_runs.started_at),
    progress = coalesce(told.progress, live_runs.progress),
    zombie_since = coalesce(told.zombie_since, live_runs.zombie_since)
  FROM told JOIN locked USING (id)
  WHERE live_runs.id = told.id AND live_runs.fence = told.fence
  RETURNING live_runs.fence, live_runs.cancel`;
/** The new lines of a run are numbered from 1. They are appended after its last line. */
const APPEND_LOGS = `INSERT INTO greenvue_jobs.run_logs (run_id, seq, at, level, bytes, message, fields)
  SELECT run_id, n + coalesce((SELECT max(seq) FROM greenvue_jobs.run_logs WHERE run_logs.run_id = new.run_id), 0),
    at, level, bytes, message, fields
  FROM unnest(${arraysOf('bigint, bigint, bigint, text, bigint, text, text')})
    AS new (run_id, n, at, level, bytes, message, fields)`;
const DROP_OLDEST_LOGS = `DELETE FROM greenvue_jobs.run_logs USING (
    SELECT run_id, max(seq) AS seq FROM (
      SELECT run_id, seq, sum(bytes) OVER (PARTITION BY run_id ORDER BY seq DESC) AS total
      FROM greenvue_jobs.run_logs WHERE run_id = ANY($1::bigint[])) AS sized
    WHERE total > $2 GROUP BY run_id) AS dropped
  WHERE run_logs.run_id = dropped.run_id AND run_logs.seq <= dropped.seq`;
