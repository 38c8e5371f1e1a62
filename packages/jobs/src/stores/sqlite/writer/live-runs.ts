import { type LiveRuns, NO_LIVE_RUNS } from '../../../core/model/job.ts';
import type { LiveRun } from '../../../core/model/run.ts';
import type { Move } from '../../../core/rules/decision.ts';
import type { Report } from '../../../core/store/store-passes.ts';
import type { LiveRunCounts, PutBack, ReportState } from '../../../core/transactions/tables.ts';
import { MAX_RUNS_PUT_OFF } from '../../rows/bounds.ts';
import { numberOf } from '../../rows/first-column.ts';
import { errorsText, LIVE_COLUMNS } from '../../rows/run-row.ts';
import { HELD, TRIGGER } from '../rows/codes.ts';
import { INSERT_LIVE, INSERT_UNCLAIMED_SLOT, newRunParams } from '../rows/run-params.ts';
import { liveRunOf, numbersOf } from '../rows/run-rows.ts';
import type { Writer } from './writer.ts';

/**
 * A job's live runs, as decisions need them: a few index seeks, however many runs there are. Slower counts
 * are made only on request.
 */
export function liveRunsOf(w: Writer, jobUid: number, now: number, counts: LiveRunCounts = {}): LiveRuns {
  const any = w.db.arrays(ANY_LIVE).get(jobUid);
  if (any === undefined) return NO_LIVE_RUNS;
  const [active, waiting, paused, dueOwnRuns, nextOwnRunAt] = numbersOf<
    [number, number, number, number, number | null]
  >(w.db.arrays(LIVE_SUMMARY).get(jobUid, now));
  return {
    active,
    waiting,
    paused,
    claimed: counts.claimed === true ? (numberOf(w.db.arrays(COUNT_CLAIMED).get(jobUid)) ?? 0) : 0,
    dueOwnRuns,
    isAtCap: w.liveRunCap.isReached(jobUid, now),
    ...(counts.putOff === true ? { isPutOffFull: isPutOffFull(w, jobUid) } : {}),
    ...(nextOwnRunAt === null ? {} : { nextOwnRunAt }),
  };
}

function isPutOffFull(w: Writer, jobUid: number): boolean {
  return numberOf(w.db.arrays(COUNT_PUT_OFF).get(jobUid, MAX_RUNS_PUT_OFF)) === MAX_RUNS_PUT_OFF;
}

/** False when the slot has a live run already: then no other is made (P5, one run per slot). */
export function insertLiveRun(w: Writer, run: LiveRun, typeKey: number): boolean {
  const node = run.claim === undefined ? null : w.nodes.keyOf(run.claim.node, run.queuedAt);
  const isUnclaimedSlot = run.trigger === 'schedule' && run.claim === undefined;
  const { changes } = w.db
    .statement(isUnclaimedSlot ? INSERT_UNCLAIMED_SLOT : INSERT_LIVE)
    .run(...newRunParams(run, { typeKey, node }));
  return changes > 0;
}

/** Throws when one of them is not live. In one statement: a microsecond less for each run of a batch. */
export function deleteLiveRuns(w: Writer, runIds: readonly number[]): void {
  if (runIds.length === 0) return;
  for (const runId of runIds) w.claimed.delete(runId);
  const { changes } = w.db.statement(DELETE_LIVE).run(JSON.stringify(runIds));
  if (changes !== runIds.length) throw new Error(`${changes} of ${runIds.length} runs were live`);
}

export function findLiveRun(w: Writer, runId: number): LiveRun | undefined {
  const row = w.db.arrays(LIVE_RUN).get(runId);
  return row === undefined ? undefined : liveRunOf(row, w.nodes.nameOf);
}

/** All live runs of a job, oldest first; with `ownRuns`, those whose own `run_at` is to come, too. */
export function allLiveRuns(
  w: Writer,
  jobUid: number,
  { ownRuns }: { readonly ownRuns: boolean },
): LiveRun[] {
  const rows = w.db.arrays(LIVE_RUNS_OF_JOB).all(jobUid, ownRuns ? HELD.run_at : HELD.pause);
  return rows.map((row) => liveRunOf(row, w.nodes.nameOf));
}

/** Makes what waits for a later instant than `after` due now; returns how many can be claimed. */
export function makeAllDue(
  w: Writer,
  jobUid: number,
  { after, now }: { readonly after: number; readonly now: number },
): number {
  const held = w.db.arrays(MAKE_ALL_DUE).all(now, jobUid, after).map(numberOf);
  return held.filter((one) => one === HELD.no).length;
}

/** Moves waiting runs from one kind of waiting to another; returns how many became due at or before `now`. */
export function moveRuns(w: Writer, jobUid: number, move: Move, now: number): number {
  let left = move.limit ?? Number.MAX_SAFE_INTEGER;
  let due = 0;
  for (const from of move.from) {
    const rows = w.db
      .arrays(MOVE)
      .all(
        HELD[move.to],
        jobUid,
        HELD[from],
        move.dueBy ?? Number.MAX_SAFE_INTEGER,
        move.asked === undefined ? 0 : 'since' in move.asked ? 1 : 2,
        askedAt(move),
        left,
      );
    left -= rows.length;
    if (move.to === 'no') due += rows.filter((row) => (numberOf(row) ?? now) <= now).length;
    if (left <= 0) break;
  }
  return due;
}

function askedAt({ asked }: Move): number {
  if (asked === undefined) return 0;
  return 'since' in asked ? asked.since : asked.before;
}

/** Puts a run whose claim ended back into the queue. */
export function putBack(w: Writer, { runId, to, progress }: PutBack): void {
  const id = Number(runId);
  w.claimed.delete(id);
  w.db.write(
    PUT_BACK,
    HELD[to.held],
    to.availableAt,
    to.failures,
    to.recoveries,
    errorsText(to.errors),
    progress === undefined ? null : JSON.stringify(progress),
    id,
  );
}

/** Undefined when the claim is stale. */
export function writeReport(w: Writer, report: Report): ReportState | undefined {
  const { fence, startedAt, progress, zombieSince } = report;
  const id = Number(report.runId);
  w.claimed.delete(id);
  const progressText = progress === undefined ? null : JSON.stringify(progress);
  const row = w.db.arrays(REPORT).get(startedAt ?? null, progressText, zombieSince ?? null, id, fence);
  if (row === undefined) return undefined;
  const [cancel] = numbersOf<[number | null]>(row);
  return { isToStop: cancel !== null };
}

const ANY_LIVE = 'SELECT 1 FROM live_runs WHERE job_uid = ? LIMIT 1';

const countTo2 = (held: number, more = '') =>
  `(SELECT count(*) FROM (SELECT 1 FROM live_runs WHERE job_uid = ?1 AND held = ${held} ${more} LIMIT 2))`;
const LIVE_SUMMARY = `SELECT ${countTo2(HELD.no)}, ${countTo2(HELD.overlap)}, ${countTo2(HELD.pause)},
  ${countTo2(HELD.run_at, 'AND available_at <= ?2')},
  (SELECT min(available_at) FROM live_runs WHERE job_uid = ?1 AND held = ${HELD.run_at} AND available_at > ?2)`;

const COUNT_CLAIMED = `SELECT count(*) FROM
  (SELECT 1 FROM live_runs WHERE job_uid = ? AND held = ${HELD.no} AND node IS NOT NULL LIMIT 2)`;

const COUNT_PUT_OFF = `SELECT count(*) FROM
  (SELECT 1 FROM live_runs WHERE job_uid = ? AND held = ${HELD.run_at} LIMIT ?)`;

const DELETE_LIVE = 'DELETE FROM live_runs WHERE id IN (SELECT value FROM json_each(?))';
const LIVE_RUN = `SELECT ${LIVE_COLUMNS} FROM live_runs WHERE id = ?`;
const LIVE_RUNS_OF_JOB = `SELECT ${LIVE_COLUMNS} FROM live_runs WHERE job_uid = ? AND held <= ? ORDER BY id`;

const MAKE_ALL_DUE = `UPDATE live_runs SET available_at = ?1
  WHERE job_uid = ?2 AND held <> ${HELD.run_at} AND node IS NULL AND available_at > ?3 RETURNING held`;
const ASKED = `trigger = ${TRIGGER.manual} AND queued_at >= ?6`;
const MOVE = `UPDATE live_runs SET held = ?1 WHERE id IN (
  SELECT id FROM live_runs
  WHERE job_uid = ?2 AND held = ?3 AND available_at <= ?4 AND node IS NULL
    AND CASE ?5 WHEN 0 THEN 1 WHEN 1 THEN ${ASKED} ELSE NOT (${ASKED}) END
  ORDER BY available_at, id LIMIT ?7)
  RETURNING available_at`;
const PUT_BACK = `UPDATE live_runs SET status = 0, held = ?, available_at = ?, failures = ?, recoveries = ?, errors = ?,
  progress = coalesce(?, progress), node = NULL, fence = NULL, started_at = NULL, cancel = NULL, zombie_since = NULL,
  slot_has_waited = iif(scheduled_for IS NULL, NULL, 1) WHERE id = ?`;
const REPORT = `UPDATE live_runs SET
  status = CASE WHEN ?1 IS NULL THEN status ELSE 1 END,
  started_at = coalesce(?1, started_at),
  progress = coalesce(?2, progress),
  zombie_since = coalesce(?3, zombie_since)
  WHERE id = ?4 AND fence = ?5 RETURNING cancel`;
