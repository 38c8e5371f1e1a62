import { numberOf } from '../../rows/first-column.ts';
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
