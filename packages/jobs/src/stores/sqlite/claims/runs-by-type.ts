import type { LiveRun } from '../../../core/model/run.ts';
import { numberOf } from '../../rows/first-column.ts';
import { startOrderOf } from '../../rows/queue-key.ts';
import type { Writer } from '../writer/writer.ts';

/** The smallest result of a one-number statement for each type key: one seek for each. */
export function earliestOf(w: Writer, sql: string, keys: readonly number[]): number | undefined {
  let earliest: number | undefined;
  for (const key of keys) {
    const at = numberOf(w.db.arrays(sql).get(key));
    if (at !== undefined && (earliest === undefined || at < earliest)) earliest = at;
  }
  return earliest;
}

/**
 * The rows of the same select for several type keys, merged in order: SQLite reads each index range only as
 * far as needed.
 */
export function merged(select: string, times: number, order: string): string {
  return `${Array(times).fill(select).join(' UNION ALL ')} ORDER BY ${order} LIMIT ?`;
}

/**
 * The first due runs in the order in which they start, from a read of the first due runs of some keys (P29,
 * limits and priority). Reads the runs of each priority apart, in the order of the index.
 */
export function inStartOrder<Due extends { readonly run: Pick<LiveRun, 'availableAt'>; readonly id: number }>(
  keys: readonly number[],
  limit: number,
  read: (some: readonly number[]) => readonly Due[],
): readonly Due[] {
  if (keys.every((key) => key > 0)) return read(keys);
  const byShift = Map.groupBy(keys, (key) => startOrderOf(key, 0));
  const rows = [...byShift].flatMap(([shift, some]) =>
    read(some).map((row) => ({ row, order: row.run.availableAt + shift })),
  );
  rows.sort((a, b) => a.order - b.order || a.row.id - b.row.id);
  return rows.slice(0, limit).map(({ row }) => row);
}
