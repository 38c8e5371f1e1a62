import { LARGEST_LOG_BYTES } from '../../../core/limits.ts';
import type { LogLine } from '../../../core/store/store-passes.ts';
import { newestLines } from '../../rows/log-lines.ts';
import { columnsOf, type Queries } from '../connection/queries.ts';
import { arraysOf } from '../rows/run-rows.ts';

export interface RunLines {
  readonly runId: number;
  readonly lines: readonly LogLine[];
}

/**
 * Adds lines to the logs of runs and drops the oldest ones of each beyond 64 KiB. The caller holds the locks
 * of the runs: two that add to one log at once would number its lines alike.
 */
export async function appendLogs(q: Queries, batch: readonly RunLines[]): Promise<void> {
  const kept = [...linesByRun(batch)].flatMap(([runId, lines]) =>
    newestLines(lines.map(storable)).map(({ at, level, bytes, message, fields }, n) => [
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
  await q.write(APPEND, columnsOf(kept, 7));
  await q.write(DROP_OLDEST, [[...new Set(kept.map(([runId]) => runId ?? null))], LARGEST_LOG_BYTES]);
}

function linesByRun(batch: readonly RunLines[]): ReadonlyMap<number, readonly LogLine[]> {
  const byRun = new Map<number, readonly LogLine[]>();
  for (const { runId, lines } of batch) byRun.set(runId, [...(byRun.get(runId) ?? []), ...lines]);
  return byRun;
}

/** PostgreSQL refuses U+0000, and with it would refuse the settlement that the line came with. */
function storable(line: LogLine): LogLine {
  return { ...line, message: line.message.replaceAll('\0', '\uFFFD') };
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
