import { type LiveRuns, NO_LIVE_RUNS } from '../../../core/model/job.ts';
import type { LiveRun } from '../../../core/model/run.ts';
import { LOOK_AHEAD_MS } from '../../../core/rules/slots.ts';
import type { LiveRunCounts, PutBack, Tables } from '../../../core/transactions/tables.ts';
import { MAX_RUNS_PUT_OFF } from '../../rows/bounds.ts';
import { numberOf } from '../../rows/first-column.ts';
import { errorsText, LIVE_COLUMNS } from '../../rows/run-row.ts';
import { HELD, REASON, TRIGGER } from '../rows/codes.ts';
import { INSERT_LIVE, INSERT_UNCLAIMED_SLOT, newRunParams } from '../rows/run-params.ts';
import { liveRunOf, rowOf } from '../rows/run-rows.ts';
import type { CurrentUnit, Writer } from './writer.ts';

/**
 * The counts of a job's live runs for decisions: a few index seeks for any number of runs. Slower counts only
 * on request.
 */
export function liveRunsOf(w: Writer, jobUid: number, now: number, counts: LiveRunCounts = {}): LiveRuns {
  const any = w.db.arrays(ANY_LIVE).get(jobUid);
  if (any === undefined) return NO_LIVE_RUNS;
  const [active, waiting, paused, dueOwnRuns, nextOwnRunAt] = rowOf<
    [number, number, number, number, number | null]
  >(w.db.arrays(LIVE_SUMMARY).get(jobUid, now));
  const count = (sql: string, atMost: number) => numberOf(w.db.arrays(sql).get(jobUid, atMost)) ?? 0;
  return {
    active,
    waiting,
    paused,
    claimed: counts.claimed === true ? count(COUNT_CLAIMED, 2) : 0,
    dueOwnRuns,
    isAtCap: isAtCapNow(w, jobUid, now),
    ...(counts.putOff === true
      ? { isPutOffFull: count(COUNT_PUT_OFF, MAX_RUNS_PUT_OFF) === MAX_RUNS_PUT_OFF }
      : {}),
    ...(nextOwnRunAt === null ? {} : { nextOwnRunAt }),
  };
}

function isAtCapNow({ db, liveRunCap }: Writer, jobUid: number, now: number): boolean {
  if (liveRunCap.isToCount(jobUid, now)) {
    const count = numberOf(db.arrays(COUNT_LIVE).get(jobUid, liveRunCap.maxLiveRuns)) ?? 0;
    liveRunCap.setCount(jobUid, count, now);
  }
  return liveRunCap.isReached(jobUid);
}

/** The reads of {@link Tables} about the live runs of a job, and about single runs. */
export function liveRunTables(
  w: Writer,
  current: CurrentUnit,
): Pick<
  Tables,
  'lockLiveRuns' | 'makeAllDue' | 'moveRuns' | 'retypeRuns' | 'requestCancels' | 'writeReports' | 'makeRunDue'
> {
  return {
    lockLiveRuns(uid, { ownRuns }) {
      const rows = w.db.arrays(LIVE_RUNS_OF_JOB).all(uid, ownRuns ? HELD.run_at : HELD.pause);
      return rows.map((row) => liveRunOf(row, w.nodes.nameOf));
    },
    makeAllDue(uid, after) {
      const held = w.db.arrays(MAKE_ALL_DUE).all(current.unit.now, uid, after).map(numberOf);
      return held.filter((one) => one === HELD.no).length;
    },
    moveRuns(uid, { from, to, asked, limit, dueBy = Number.MAX_SAFE_INTEGER }) {
      const [side, at] =
        asked === undefined ? [0, 0] : 'since' in asked ? [1, asked.since] : [2, asked.before];
      const { now } = current.unit;
      let left = limit ?? Number.MAX_SAFE_INTEGER;
      let due = 0;
      for (const held of from) {
        const rows = w.db.arrays(MOVE).all(HELD[to], uid, HELD[held], dueBy, side, at, left);
        left -= rows.length;
        if (to === 'no') due += rows.filter((row) => (numberOf(row) ?? now) <= now).length;
        if (left <= 0) break;
      }
      return due;
    },
    retypeRuns(uid, { type, typeVersion }) {
      const key = w.types.keyOf(type, typeVersion);
      w.db.write(RETYPE_LIVE, key, uid, typeVersion);
      return key;
    },
    requestCancels: (runs, reason) =>
      runs.flatMap(({ id }) => {
        w.claimed.delete(Number(id));
        const { changes } = w.db.statement(REQUEST_CANCEL).run(REASON[reason], Number(id));
        return changes > 0 ? [id] : [];
      }),
    writeReports: (batch) =>
      batch.map(({ runId, fence, startedAt, progress, zombieSince }) => {
        w.claimed.delete(Number(runId));
        const text = progress === undefined ? null : JSON.stringify(progress);
        const params = [startedAt ?? null, text, zombieSince ?? null, Number(runId), fence];
        const row = w.db.arrays(REPORT).get(...params);
        return row === undefined ? undefined : { isToStop: numberOf(row) !== undefined };
      }),
    makeRunDue: (runId) => w.db.statement(MAKE_DUE).run(current.unit.now, Number(runId)).changes > 0,
  };
}

/** Returns false, and inserts nothing, if the slot has a live run (P5, one run per slot). */
export function insertLiveRun(w: Writer, run: LiveRun, typeKey: number): boolean {
  const node = run.claim === undefined ? null : w.nodes.keyOf(run.claim.node, run.queuedAt);
  const isUnclaimedSlot = run.trigger === 'schedule' && run.claim === undefined;
  const { changes } = w.db
    .statement(isUnclaimedSlot ? INSERT_UNCLAIMED_SLOT : INSERT_LIVE)
    .run(...newRunParams(run, { typeKey, node }));
  return changes > 0;
}

/** Throws if a run is not live. One statement for all saves a microsecond for each run of a batch. */
export function deleteLiveRuns(w: Writer, runs: readonly { readonly id: string }[]): void {
  if (runs.length === 0) return;
  const ids = runs.map(({ id }) => Number(id));
  for (const id of ids) w.claimed.delete(id);
  const { changes } = w.db.statement(DELETE_LIVE).run(JSON.stringify(ids));
  if (changes !== ids.length) throw new Error(`${changes} of ${ids.length} runs were live`);
}

export function findLiveRun(w: Writer, runId: number): LiveRun | undefined {
  const row = w.db.arrays(LIVE_RUN).get(runId);
  return row === undefined ? undefined : liveRunOf(row, w.nodes.nameOf);
}

/** Puts a run whose claim ended back into the queue. */
export function putBack(w: Writer, { runId, to, progress }: PutBack): void {
  const { held, availableAt, failures, recoveries, errors } = to;
  const text = progress === undefined ? null : JSON.stringify(progress);
  w.claimed.delete(Number(runId));
  w.db.write(
    PUT_BACK,
    HELD[held],
    availableAt,
    failures,
    recoveries,
    errorsText(errors),
    text,
    Number(runId),
  );
}

const ANY_LIVE = 'SELECT 1 FROM live_runs WHERE job_uid = ? LIMIT 1';

const countTo2 = (held: number, more = '') =>
  `(SELECT count(*) FROM (SELECT 1 FROM live_runs WHERE job_uid = ?1 AND held = ${held} ${more} LIMIT 2))`;
const LIVE_SUMMARY = `SELECT ${countTo2(HELD.no)}, ${countTo2(HELD.overlap)}, ${countTo2(HELD.pause)},
  ${countTo2(HELD.run_at, 'AND available_at <= ?2')},
  (SELECT min(available_at) FROM live_runs WHERE job_uid = ?1 AND held = ${HELD.run_at} AND available_at > ?2)`;
const COUNT_LIVE = 'SELECT count(*) FROM (SELECT 1 FROM live_runs WHERE job_uid = ? LIMIT ?)';
const COUNT_CLAIMED = `SELECT count(*) FROM
  (SELECT 1 FROM live_runs WHERE job_uid = ? AND held = ${HELD.no} AND node IS NOT NULL LIMIT ?)`;
const COUNT_PUT_OFF = `SELECT count(*) FROM
  (SELECT 1 FROM live_runs WHERE job_uid = ? AND held = ${HELD.run_at} LIMIT ?)`;

const LIVE_RUN = `SELECT ${LIVE_COLUMNS} FROM live_runs WHERE id = ?`;
const LIVE_RUNS_OF_JOB = `SELECT ${LIVE_COLUMNS} FROM live_runs WHERE job_uid = ? AND held <= ? ORDER BY id`;

const MAKE_ALL_DUE = `UPDATE live_runs SET available_at = ?1
  WHERE job_uid = ?2 AND held <> ${HELD.run_at} AND node IS NULL AND available_at > ?3 RETURNING held`;
const MAKE_DUE = `UPDATE live_runs SET available_at = ?1
  WHERE id = ?2 AND node IS NULL AND held = 0
    AND available_at > ?1 + CASE WHEN failures = 0 THEN ${LOOK_AHEAD_MS} ELSE 0 END`;
const ASKED = `trigger = ${TRIGGER.manual} AND queued_at >= ?6`;
const MOVE = `UPDATE live_runs SET held = ?1 WHERE id IN (
  SELECT id FROM live_runs
  WHERE job_uid = ?2 AND held = ?3 AND available_at <= ?4 AND node IS NULL
    AND CASE ?5 WHEN 0 THEN 1 WHEN 1 THEN ${ASKED} ELSE NOT (${ASKED}) END
  ORDER BY available_at, id LIMIT ?7)
  RETURNING available_at`;
const RETYPE_LIVE = `UPDATE live_runs SET type_key = ?1 WHERE job_uid = ?2 AND (payload IS NULL
  OR NOT EXISTS (SELECT 1 FROM job_types WHERE key = live_runs.type_key AND version > ?3))`;
const REQUEST_CANCEL = 'UPDATE live_runs SET cancel = ? WHERE id = ? AND node IS NOT NULL AND cancel IS NULL';
const REPORT = `UPDATE live_runs SET
  status = CASE WHEN ?1 IS NULL THEN status ELSE 1 END,
  started_at = coalesce(?1, started_at),
  progress = coalesce(?2, progress),
  zombie_since = coalesce(?3, zombie_since)
  WHERE id = ?4 AND fence = ?5 RETURNING cancel`;
const PUT_BACK = `UPDATE live_runs SET status = 0, held = ?, available_at = ?, failures = ?, recoveries = ?, errors = ?,
  progress = coalesce(?, progress), node = NULL, fence = NULL, started_at = NULL, cancel = NULL, zombie_since = NULL,
  slot_has_waited = iif(scheduled_for IS NULL, NULL, 1) WHERE id = ?`;
const DELETE_LIVE = 'DELETE FROM live_runs WHERE id IN (SELECT value FROM json_each(?))';
