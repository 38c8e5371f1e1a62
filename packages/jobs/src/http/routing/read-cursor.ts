import type { Cursor } from '../../core/store/store-views.ts';
import { type CursorValue, decodeCursor } from '../fields/cursor.ts';
import { HttpProblem } from '../requests/http-problem.ts';

/** Decodes the `cursor` of a query. Throws a 400 if it does not come from a page with this sort order. */
export function readCursor(order: string, kind: CursorValue, token: string): Cursor {
  const cursor = decodeCursor(order, kind, token);
  if (cursor !== undefined) return cursor;
  throw new HttpProblem({
    status: 400,
    detail:
      'The cursor does not belong to this list with this sort. Send the next_cursor of the previous page, or omit cursor for the first page.',
  });
}
