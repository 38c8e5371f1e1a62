import { LARGEST_LOG_BYTES } from '../../../core/limits.ts';
import type { LogLine } from '../../../core/store/store-passes.ts';
import { newestLines } from '../../rows/log-lines.ts';
import { LEVEL } from '../rows/codes.ts';
import type { Writer } from './writer.ts';

/** Adds lines to a run's log and drops its oldest ones beyond 64 KiB. */
export function appendLogs(w: Writer, runId: number, lines: readonly LogLine[]): void {
  const kept = newestLines(lines);
  if (kept.length === 0) return;
  for (const { at, level, bytes, message, fields } of kept) {
    w.db.write(APPEND, runId, at, LEVEL[level], bytes, message, fields ?? null);
  }
  w.db.write(DROP_OLDEST, runId, LARGEST_LOG_BYTES);
}

const APPEND = `INSERT INTO run_logs (run_id, seq, at, level, bytes, message, fields)
  VALUES (?1, (SELECT coalesce(max(seq), 0) + 1 FROM run_logs WHERE run_id = ?1), ?2, ?3, ?4, ?5, ?6)`;
const DROP_OLDEST = `DELETE FROM run_logs WHERE run_id = ?1 AND seq <= (
  SELECT max(seq) FROM (
    SELECT seq, sum(bytes) OVER (ORDER BY seq DESC) AS total FROM run_logs WHERE run_id = ?1)
  WHERE total > ?2)`;
