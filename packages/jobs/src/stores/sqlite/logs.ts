import type { LogLine } from '../../core/store.ts';
import { LEVEL } from './codes.ts';
import type { Writer } from './writer.ts';

/** Of each run, so much log is kept: the newest lines (P18). */
const MAX_LOG_BYTES = 64 * 1024;
/** What a line costs besides its text. */
const LINE_BYTES = 16;

/** Adds lines to a run's log and drops its oldest ones beyond 64 KiB. */
export function appendLogs(w: Writer, runId: number, lines: readonly LogLine[]): void {
  const kept = newest(lines);
  if (kept.length === 0) return;
  const insert = w.db.statement(APPEND);
  for (const { at, level, bytes, message, fields } of kept) {
    insert.run(runId, at, LEVEL[level], bytes, message, fields ?? null);
  }
  w.db.statement(DROP_OLDEST).run(runId, MAX_LOG_BYTES);
}

interface SizedLine extends LogLine {
  readonly bytes: number;
}

/** As many of the last lines as fit, in order; a line too long on its own is cut. */
function newest(lines: readonly LogLine[]): SizedLine[] {
  const kept: SizedLine[] = [];
  let total = 0;
  for (const line of lines.toReversed()) {
    const sized = fitting(line);
    total += sized.bytes;
    if (total > MAX_LOG_BYTES) break;
    kept.push(sized);
  }
  return kept.reverse();
}

function fitting(line: LogLine): SizedLine {
  const bytes = LINE_BYTES + Buffer.byteLength(line.message) + Buffer.byteLength(line.fields ?? '');
  if (bytes <= MAX_LOG_BYTES) return { ...line, bytes };
  // Cut by characters at a quarter: a character has at most four bytes.
  const message = `${line.message.slice(0, MAX_LOG_BYTES / 4 - LINE_BYTES)}…`;
  return { at: line.at, level: line.level, message, bytes: LINE_BYTES + Buffer.byteLength(message) };
}

const APPEND = `INSERT INTO run_logs (run_id, seq, at, level, bytes, message, fields)
  VALUES (?1, (SELECT coalesce(max(seq), 0) + 1 FROM run_logs WHERE run_id = ?1), ?2, ?3, ?4, ?5, ?6)`;
const DROP_OLDEST = `DELETE FROM run_logs WHERE run_id = ?1 AND seq <= (
  SELECT max(seq) FROM (
    SELECT seq, sum(bytes) OVER (ORDER BY seq DESC) AS total FROM run_logs WHERE run_id = ?1)
  WHERE total > ?2)`;
