import type { Cursor, Page } from '../../core/store/store-views.ts';

/** A page of rows in order. If there are more, `next` is the cursor after the last row. */
export function pageOf<T>(found: readonly T[], limit: number, cursorOf: (last: T) => Cursor): Page<T> {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return found.length <= limit || last === undefined ? { rows } : { rows, next: cursorOf(last) };
}
