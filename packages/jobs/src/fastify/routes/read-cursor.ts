import type { Cursor } from '../../core/store-views.ts';
import { type CursorValue, decodeCursor } from '../../http/index.ts';
import { HttpProblem } from '../requests/http-problem.ts';

/** Reads the `cursor` of a query; throws a 400 for one that no page of this order gave out. */
export function readCursor(order: string, kind: CursorValue, token: string): Cursor {
  const cursor = decodeCursor(order, kind, token);
  if (cursor !== undefined) return cursor;
  throw new HttpProblem({
    status: 400,
    detail:
      'The cursor is not one of this list in this sort. Use next_cursor as it was given, or leave it out.',
  });
}
