import { limitParameter, text } from '@greenvue/jobs/http';

import { z } from 'zod';
import { decodeCursor, encodeCursor } from './cursor.ts';

/** The body of every list. */
export { pageSchema as pageOf } from '@greenvue/jobs/http';

/** The query parameters of every list. `cursor`: the `next_cursor` of the previous page. */
export const pageQuery = { limit: limitParameter, cursor: z.string().min(1).max(500).optional() };

/** The end of a page of rows in order of creation. */
export interface CreatedPosition {
  readonly createdAt: number;
  readonly id: string;
}

const createdPosition = z.tuple([z.int(), text({ max: 64 })]);

export interface PageByCreation<Row, View> {
  readonly query: { readonly limit: number; readonly cursor?: string | undefined };
  /** At most `limit` rows older than `before`, newest first, by `created_at` and then by `id`. */
  readonly list: (page: {
    readonly before: CreatedPosition | undefined;
    readonly limit: number;
  }) => Promise<readonly Row[]>;
  readonly viewOf: (row: Row) => View;
}

/** A page of rows, newest first. Throws a 400 for a cursor of another list. */
export async function pageByCreation<Row extends { readonly id: string; readonly created_at: number }, View>({
  query: { limit, cursor },
  list,
  viewOf,
}: PageByCreation<Row, View>): Promise<{ data: View[]; next_cursor: string | null }> {
  const position = cursor === undefined ? undefined : decodeCursor(cursor, createdPosition);
  const before = position && { createdAt: position[0], id: position[1] };
  // One row more than requested shows whether there is a next page.
  const rows = await list({ before, limit: limit + 1 });
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { data: shown.map(viewOf), next_cursor: last ? encodeCursor([last.created_at, last.id]) : null };
}
