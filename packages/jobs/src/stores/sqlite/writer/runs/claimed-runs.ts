import { LARGEST_LOG_BYTES } from '../../../../core/limits.ts';
import type { FinishedRun } from '../../../../core/model/run.ts';
import type { ClaimKey, PutBack, Tables } from '../../../../core/transactions/tables/tables.ts';
import { numberOf } from '../../../rows/first-column.ts';
import { newestLines } from '../../../rows/runs/log-lines.ts';
import { errorsText, LIVE_COLUMNS } from '../../../rows/runs/run-row.ts';
import { HELD, LEVEL, REASON } from '../../rows/codes.ts';
import { type KeyedRun, keyed, liveRunOf, rowOf } from '../../rows/run-rows.ts';
import type { Writer } from '../writer.ts';
import { insertFinishedRun } from './history.ts';

type ClaimedRunTables = Pick<
  Tables,
  'lockClaims' | 'claimsOf' | 'endRuns' | 'requestCancels' | 'writeReports' | 'appendLogs'
>;

/** The operations of transactions on claimed runs, current or former. */
export function claimedRunTables(w: Writer): ClaimedRunTables {
  return {
    lockClaims: (claims) =>
      claims.map((key) => {
        const run = claimedRun(w, key);
        if (run === undefined) return 'stale';
        w.lock(run.jobUid);
        return run.run;
      }),
    claimsOf(whose) {
      const sql = 'node' in whose ? CLAIMED_BY : CLAIMED_BY_OTHERS;
      const node = w.nodes.keyOf('node' in whose ? whose.node : whose.deadExcept, w.unit.now);
      return w.db.arrays(sql).all(node).map(claimKeyOf);
    },
    endRuns({ finished, putBack }) {
      for (const run of finished) insertFinishedRun(w, run);
      if (finished.length > 0) deleteLive(w, finished);
      for (const one of putBack) writePutBack(w, one);
    },
    requestCancels: (runs, { reason, by }) =>
      runs.flatMap(({ id }) => {
        w.claimed.delete(Number(id));
        const { changes } = w.db.statement(REQUEST_CANCEL).run(REASON[reason], by ?? null, Number(id));
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
    /** Drops the oldest lines of a log beyond 64 KiB. */
    appendLogs(logs) {
      for (const { runId, lines } of logs) {
        const kept = newestLines(lines);
        for (const { at, level, bytes, message, fields } of kept)
          w.db.write(APPEND, Number(runId), at, LEVEL[level], bytes, message, fields ?? null);
        if (kept.length > 0) w.db.write(DROP_OLDEST, Number(runId), LARGEST_LOG_BYTES);
      }
    },
  };
}

/** From memory if the run has not been written since its claim. */
function claimedRun(w: Writer, { runId, fence }: ClaimKey): KeyedRun | undefined {
  const known = w.claimed.get(Number(runId));
  if (known !== undefined) return known.run.claim?.fence === fence ? known : undefined;
  const row = w.db.arrays(READ_CLAIMED).get(Number(runId), fence);
  return row === undefined ? undefined : keyed(row, liveRunOf(row, w.nodes.nameOf));
}

function claimKeyOf(row: unknown): ClaimKey {
  const [runId, fence] = rowOf<[number, number]>(row);
  return { runId, fence };
}

/** Throws if a run is not live. One statement for all saves a microsecond for each run of a batch. */
function deleteLive(w: Writer, runs: readonly FinishedRun[]): void {
  const ids = runs.map(({ id }) => Number(id));
  for (const id of ids) w.claimed.delete(id);
  const { changes } = w.db.statement(DELETE_LIVE).run(JSON.stringify(ids));
  if (changes !== ids.length) throw new Error(`${changes} of ${ids.length} runs were live`);
}

/** Puts a run whose claim ended back into the queue. */
function writePutBack(w: Writer, { runId, to, progress }: PutBack): void {
  const { held, availableAt, failures, recoveries, errors, expiresAt = null } = to;
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
    expiresAt,
    Number(runId),
  );
}

const READ_CLAIMED = `SELECT ${LIVE_COLUMNS} FROM live_runs WHERE id = ? AND fence = ?`;
const CLAIMED_BY_OTHERS = 'SELECT id, fence FROM live_runs WHERE node IS NOT NULL AND node <> ?';
const CLAIMED_BY = 'SELECT id, fence FROM live_runs WHERE node = ?';
const REQUEST_CANCEL = `UPDATE live_runs SET cancel = ?, cancelled_by = ?
  WHERE id = ? AND node IS NOT NULL AND cancel IS NULL`;
const REPORT = `UPDATE live_runs SET
  status = CASE WHEN ?1 IS NULL THEN status ELSE 1 END,
  started_at = coalesce(?1, started_at),
  progress = coalesce(?2, progress),
  zombie_since = coalesce(?3, zombie_since)
  WHERE id = ?4 AND fence = ?5 RETURNING cancel`;
const PUT_BACK = `UPDATE live_runs SET status = 0, held = ?, available_at = ?, failures = ?, recoveries = ?, errors = ?,
  progress = coalesce(?, progress), expires_at = ?, node = NULL, fence = NULL, started_at = NULL, cancel = NULL, zombie_since = NULL, job_version = NULL,
  slot_has_waited = iif(scheduled_for IS NULL, NULL, 1) WHERE id = ?`;
const DELETE_LIVE = 'DELETE FROM live_runs WHERE id IN (SELECT value FROM json_each(?))';
const APPEND = `INSERT INTO run_logs (run_id, seq, at, level, bytes, message, fields)
  VALUES (?1, (SELECT coalesce(max(seq), 0) + 1 FROM run_logs WHERE run_id = ?1), ?2, ?3, ?4, ?5, ?6)`;
const DROP_OLDEST = `DELETE FROM run_logs WHERE run_id = ?1 AND seq <= (
  SELECT max(seq) FROM (
    SELECT seq, sum(bytes) OVER (ORDER BY seq DESC) AS total FROM run_logs WHERE run_id = ?1)
  WHERE total > ?2)`;
