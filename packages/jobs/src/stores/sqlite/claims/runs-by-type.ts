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

/** One read for several type keys. */
export interface ReadOfKeys<Row> {
  readonly keys: readonly number[];
  readonly limit: number;
  /** The statement for one key. Its parameters are those of `paramsOf`. */
  readonly sql: string;
  readonly paramsOf: (key: number) => readonly number[];
  /** The number of its SELECTs, if it has several. */
  readonly selects?: number;
  readonly read: (row: unknown) => Row;
  /** The order of the rows in SQL. `compare` has the same. */
  readonly order: string;
  readonly compare: (one: Row, other: Row) => number;
}

/** The most SELECTs that SQLite takes in one statement. */
const MOST_SELECTS = 500;

/**
 * The first rows of several type keys, merged in order: SQLite reads each index range only as far as needed.
 * Each version and priority of a type has a key, so there may be too many for one statement.
 */
export function firstOfKeys<Row>(w: Writer, how: ReadOfKeys<Row>): readonly Row[] {
  const { keys, limit, sql, selects = 1, paramsOf, order, read, compare } = how;
  const most = Math.floor(MOST_SELECTS / selects);
  const first = (some: readonly number[]) => {
    const merged = `${Array(some.length).fill(sql).join(' UNION ALL ')} ORDER BY ${order} LIMIT ?`;
    return w.db
      .arrays(merged)
      .all(...some.flatMap(paramsOf), limit)
      .map(read);
  };
  if (keys.length === 0) return [];
  if (keys.length <= most) return first(keys);
  const parts = Array.from({ length: Math.ceil(keys.length / most) }, (_, n) =>
    first(keys.slice(n * most, (n + 1) * most)),
  );
  return parts.flat().sort(compare).slice(0, limit);
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
