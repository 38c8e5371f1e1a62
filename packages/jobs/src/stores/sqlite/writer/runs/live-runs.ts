import { type LiveRuns, NO_LIVE_RUNS } from '../../../../core/model/job.ts';
import type { LiveRun } from '../../../../core/model/run.ts';
import { LOOK_AHEAD_MS } from '../../../../core/rules/slots.ts';
import type { LiveRunCounts, Tables } from '../../../../core/transactions/tables/tables.ts';
import { numberOf } from '../../../rows/first-column.ts';
import { queueTerms, requeueLive } from '../../../rows/queue-key.ts';
import { LIVE_COLUMNS } from '../../../rows/runs/run-row.ts';
import { isInGroups, regroupRunOfJob, regroupRunsOfJob } from '../../limits/regroup-runs.ts';
import { HELD, TRIGGER } from '../../rows/codes.ts';
import { liveRunOf, rowOf } from '../../rows/run-rows.ts';
import type { Writer } from '../writer.ts';

/**
 * The counts of a job's live runs for decisions: a few index seeks for any number of runs. Slower counts only
 * on request.
 */
export function liveRunsOf(w: Writer, jobUid: number, counts: LiveRunCounts = {}): LiveRuns {
  const any = w.db.arrays(ANY_LIVE).get(jobUid);
  if (any === undefined) return NO_LIVE_RUNS;
  const [active, waiting, paused, dueOwnRuns, nextOwnRunAt] = rowOf<
    [number, number, number, number, number | null]
  >(w.db.arrays(LIVE_SUMMARY).get(jobUid, w.unit.now));
  const count = (sql: string, atMost: number) => numberOf(w.db.arrays(sql).get(jobUid, atMost)) ?? 0;
  const { maxRunning } = w.jobs.require(jobUid).job;
  const upTo = Math.max(maxRunning ?? 0, counts.upTo ?? 0);
  return {
    active,
    waiting,
    paused,
    claimed: counts.claimed === true ? count(COUNT_CLAIMED, 2) : 0,
    dueOwnRuns,
    ...(upTo === 0 ? {} : countedTo(w, jobUid, upTo)),
    isAtCap: isAtCapNow(w, jobUid),
    ...(counts.putOff === true
      ? { isPutOffFull: count(COUNT_PUT_OFF, w.maxRunsPutOff) === w.maxRunsPutOff }
      : {}),
    ...(nextOwnRunAt === null ? {} : { nextOwnRunAt }),
  };
}

/** The counts for a bound on running runs (P29, limits and priority). */
function countedTo(w: Writer, jobUid: number, upTo: number): Partial<LiveRuns> {
  const [active, claimed, dueWaiting, nextWaitingAt] = rowOf<[number, number, number, number | null]>(
    w.db.arrays(COUNTED).get(jobUid, w.unit.now, upTo + 1),
  );
  const counts = { active, claimed, dueWaiting };
  return nextWaitingAt === null ? counts : { ...counts, nextWaitingAt };
}

function isAtCapNow({ db, liveRunCap, unit: { now } }: Writer, jobUid: number): boolean {
  if (liveRunCap.isToCount(jobUid, now)) {
    const count = numberOf(db.arrays(COUNT_LIVE).get(jobUid, liveRunCap.maxLiveRuns)) ?? 0;
    liveRunCap.setCount(jobUid, count, now);
  }
  return liveRunCap.isReached(jobUid);
}

/** The operations of transactions on the runs of a job. */
export function liveRunTables(
  w: Writer,
): Pick<
  Tables,
  'liveRuns' | 'lockLiveRuns' | 'makeAllDue' | 'moveRuns' | 'requeueRuns' | 'requeueRun' | 'makeRunDue'
> {
  return {
    liveRuns: (uids, counts) => new Map(uids.map((uid) => [uid, liveRunsOf(w, uid, counts)])),
    lockLiveRuns(uid, { ownRuns }) {
      const rows = w.db.arrays(LIVE_RUNS_OF_JOB).all(uid, ownRuns ? HELD.run_at : HELD.pause);
      return rows.map((row) => liveRunOf(row, w.nodes.nameOf));
    },
    makeAllDue(uid, after) {
      const { now } = w.unit;
      const rows = w.db.arrays(MAKE_ALL_DUE).all(now, uid, after);
      const free = rows
        .map((row) => rowOf<[held: number, key: number]>(row))
        .filter(([held]) => held === HELD.no);
      for (const [, key] of free) w.groups.wake(key, now);
      return free.length;
    },
    moveRuns(uid, { from, to, asked, limit, dueBy = Number.MAX_SAFE_INTEGER, dueFrom = EARLIEST }) {
      const [side, at] =
        asked === undefined ? [0, 0] : 'since' in asked ? [1, asked.since] : [2, asked.before];
      const { now } = w.unit;
      let left = limit ?? Number.MAX_SAFE_INTEGER;
      let due = 0;
      for (const held of from) {
        const rows = w.db.arrays(MOVE).all(HELD[to], uid, HELD[held], dueBy, side, at, left, dueFrom);
        left -= rows.length;
        if (to === 'no')
          for (const [availableAt, key] of rows.map((row) => rowOf<[number, number]>(row))) {
            w.groups.wake(key, availableAt);
            if (availableAt <= now) due += 1;
          }
        if (left <= 0) break;
      }
      return due;
    },
    requeueRuns(uid, job) {
      const key = w.types.keyOf(job.type, job.typeVersion);
      w.types.queueOf(key, job);
      const { times, less } = queueTerms(job);
      if (isInGroups(w, uid, job)) regroupRunsOfJob(w, uid, job);
      else w.db.write(REQUEUE_LIVE, key, uid, job.typeVersion, times, less);
      return key;
    },
    requeueRun: (runId, job) => regroupRunOfJob(w, runId, job),
    makeRunDue: (runId) => w.db.statement(MAKE_DUE).run(w.unit.now, Number(runId)).changes > 0,
  };
}

export function findLiveRun(w: Writer, runId: number): LiveRun | undefined {
  const row = w.db.arrays(LIVE_RUN).get(runId);
  return row === undefined ? undefined : liveRunOf(row, w.nodes.nameOf);
}

const ANY_LIVE = 'SELECT 1 FROM live_runs WHERE job_uid = ? LIMIT 1';

const countTo2 = (held: number, more = '') =>
  `(SELECT count(*) FROM (SELECT 1 FROM live_runs WHERE job_uid = ?1 AND held = ${held} ${more} LIMIT 2))`;
const LIVE_SUMMARY = `SELECT ${countTo2(HELD.no)}, ${countTo2(HELD.overlap)}, ${countTo2(HELD.pause)},
  ${countTo2(HELD.run_at, 'AND available_at <= ?2')},
  (SELECT min(available_at) FROM live_runs WHERE job_uid = ?1 AND held = ${HELD.run_at} AND available_at > ?2)`;
const countTo = (condition: string) =>
  `(SELECT count(*) FROM (SELECT 1 FROM live_runs WHERE job_uid = ?1 AND ${condition} LIMIT ?3))`;
const COUNTED = `SELECT ${countTo(`held = ${HELD.no}`)}, ${countTo(`held = ${HELD.no} AND node IS NOT NULL`)},
  ${countTo(`held = ${HELD.overlap} AND available_at <= ?2`)},
  (SELECT min(available_at) FROM live_runs WHERE job_uid = ?1 AND held = ${HELD.overlap} AND available_at > ?2)`;
const COUNT_LIVE = 'SELECT count(*) FROM (SELECT 1 FROM live_runs WHERE job_uid = ? LIMIT ?)';
const COUNT_CLAIMED = `SELECT count(*) FROM
  (SELECT 1 FROM live_runs WHERE job_uid = ? AND held = ${HELD.no} AND node IS NOT NULL LIMIT ?)`;
const COUNT_PUT_OFF = `SELECT count(*) FROM
  (SELECT 1 FROM live_runs WHERE job_uid = ? AND held = ${HELD.run_at} LIMIT ?)`;

const LIVE_RUN = `SELECT ${LIVE_COLUMNS} FROM live_runs WHERE id = ?`;
const LIVE_RUNS_OF_JOB = `SELECT ${LIVE_COLUMNS} FROM live_runs WHERE job_uid = ? AND held <= ? ORDER BY id`;

const MAKE_ALL_DUE = `UPDATE live_runs SET available_at = ?1
  WHERE job_uid = ?2 AND held <> ${HELD.run_at} AND node IS NULL AND available_at > ?3 RETURNING held, type_key`;
const MAKE_DUE = `UPDATE live_runs SET available_at = ?1
  WHERE id = ?2 AND node IS NULL AND held IN (${HELD.no}, ${HELD.overlap})
    AND available_at > ?1 + CASE WHEN failures = 0 THEN ${LOOK_AHEAD_MS} ELSE 0 END`;
const ASKED = `trigger = ${TRIGGER.manual} AND queued_at >= ?6`;
const EARLIEST = Number.MIN_SAFE_INTEGER;
const MOVE = `UPDATE live_runs SET held = ?1, available_at = max(available_at, ?8) WHERE id IN (
  SELECT id FROM live_runs
  WHERE job_uid = ?2 AND held = ?3 AND available_at <= ?4 AND node IS NULL
    AND CASE ?5 WHEN 0 THEN 1 WHEN 1 THEN ${ASKED} ELSE NOT (${ASKED}) END
  ORDER BY available_at, id LIMIT ?7)
  RETURNING available_at, type_key`;
const REQUEUE_LIVE = requeueLive('', '?');
