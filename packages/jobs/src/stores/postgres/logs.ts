import type { LogLine } from '../../core/store.ts';
import { columnsOf, type Queries } from './database.ts';
import { arraysOf } from './run-rows.ts';

/** Of each run, so much log is kept: the newest lines (P18). */
const MAX_LOG_BYTES = 64 * 1024;
/** What a line costs besides its text. */
const LINE_BYTES = 16;

export interface RunLines {
  readonly runId: number;
  readonly lines: readonly LogLine[];
}

/**
 * Adds lines to the logs of runs and drops the oldest ones of each beyond 64 KiB. The caller holds the locks of the runs: two
 * that add to one log at once would number its lines alike.
 */
export async function appendLogs(q: Queries, batch: readonly RunLines[]): Promise<void> {
  const kept = [...linesByRun(batch)].flatMap(([runId, lines]) =>
    newest(lines).map(({ at, level, bytes, message, fields }, n) => [
      runId,
      n + 1,
      at,
      level,
      bytes,
      message,
      fields ?? null,
    ]),
  );
  if (kept.length === 0) return;
  await q.run(APPEND, columnsOf(kept, 7));
  await q.run(DROP_OLDEST, [[...new Set(kept.map(([runId]) => runId ?? null))], MAX_LOG_BYTES]);
}

function linesByRun(batch: readonly RunLines[]): ReadonlyMap<number, readonly LogLine[]> {
  const byRun = new Map<number, readonly LogLine[]>();
  for (const { runId, lines } of batch) byRun.set(runId, [...(byRun.get(runId) ?? []), ...lines]);
  return byRun;
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
  // PostgreSQL refuses U+0000, and with it would refuse the settlement that the line came with.
  const text = line.message.replaceAll('\0', '\uFFFD');
  const bytes = LINE_BYTES + Buffer.byteLength(text) + Buffer.byteLength(line.fields ?? '');
  if (bytes <= MAX_LOG_BYTES) return { ...line, message: text, bytes };
  // Cut by characters at a quarter: a character has at most four bytes.
  const message = `${text.slice(0, MAX_LOG_BYTES / 4 - LINE_BYTES)}…`;
  return { at: line.at, level: line.level, message, bytes: LINE_BYTES + Buffer.byteLength(message) };
}

/** Lines of a run come numbered from 1; they go on from its last one. */
const APPEND = `INSERT INTO greenvue_jobs.run_logs (run_id, seq, at, level, bytes, message, fields)
  SELECT run_id, n + coalesce((SELECT max(seq) FROM greenvue_jobs.run_logs WHERE run_logs.run_id = new.run_id), 0),
    at, level, bytes, message, fields
  FROM unnest(${arraysOf('bigint, bigint, bigint, text, bigint, text, text')})
    AS new (run_id, n, at, level, bytes, message, fields)`;
const DROP_OLDEST = `DELETE FROM greenvue_jobs.run_logs USING (
    SELECT run_id, max(seq) AS seq FROM (
      SELECT run_id, seq, sum(bytes) OVER (PARTITION BY run_id ORDER BY seq DESC) AS total
      FROM greenvue_jobs.run_logs WHERE run_id = ANY($1::bigint[])) AS sized
    WHERE total > $2 GROUP BY run_id) AS dropped
  WHERE run_logs.run_id = dropped.run_id AND run_logs.seq <= dropped.seq`;
