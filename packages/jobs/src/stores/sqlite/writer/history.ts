import { LARGEST_LOG_BYTES } from '../../../core/limits.ts';
import type { FinishedRun } from '../../../core/model/run.ts';
import type { LogLine } from '../../../core/store/store-passes.ts';
import { newestLines } from '../../rows/log-lines.ts';
import { FINISHED_COLUMNS } from '../../rows/run-row.ts';
import { LEVEL } from '../rows/codes.ts';
import { insertFinished } from '../rows/run-params.ts';
import { finishedRunOf } from '../rows/run-rows.ts';
import type { Writer } from './writer.ts';

/** Writes a finished run and counts it in its hour; the caller counts it in its job. */
export function insertFinishedRun(w: Writer, run: FinishedRun, now: number): void {
  const node = run.node === undefined ? null : w.nodes.keyOf(run.node, now);
  insertFinished(w.db, run, node);
  w.count(run.status, run.finishedAt);
}

export function findFinishedRun(w: Writer, runId: number): FinishedRun | undefined {
  const row = w.db.arrays(FINISHED_RUN).get(runId);
  return row === undefined ? undefined : finishedRunOf(row, w.nodes.nameOf);
}

/** Adds lines to a run's log and drops its oldest ones beyond 64 KiB. */
export function appendLogs(w: Writer, runId: number, lines: readonly LogLine[]): void {
  const kept = newestLines(lines);
  for (const { at, level, bytes, message, fields } of kept) {
    w.db.write(APPEND, runId, at, LEVEL[level], bytes, message, fields ?? null);
  }
  if (kept.length > 0) w.db.write(DROP_OLDEST, runId, LARGEST_LOG_BYTES);
}

const FINISHED_RUN = `SELECT ${FINISHED_COLUMNS} FROM runs WHERE id = ?`;
const APPEND = `INSERT INTO run_logs (run_id, seq, at, level, bytes, message, fields)
  VALUES (?1, (SELECT coalesce(max(seq), 0) + 1 FROM run_logs WHERE run_id = ?1), ?2, ?3, ?4, ?5, ?6)`;
const DROP_OLDEST = `DELETE FROM run_logs WHERE run_id = ?1 AND seq <= (
  SELECT max(seq) FROM (
    SELECT seq, sum(bytes) OVER (ORDER BY seq DESC) AS total FROM run_logs WHERE run_id = ?1)
  WHERE total > ?2)`;
