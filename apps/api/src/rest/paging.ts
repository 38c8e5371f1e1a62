import { z } from 'zod';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { text } from './text.ts';

const DIGITS = /^\d{1,9}$/;

/**
 * The query parameters of every list: `limit` (1 to 200, default 50) and `cursor`, the `next_cursor` of the
 * previous page.
 */
export const pageQuery = {
  limit: z.preprocess(
    (value) => (typeof value === 'string' && DIGITS.test(value) ? Number(value) : value),
    z.int().min(1).max(200).default(50),
  ),
  cursor: z.string().min(1).max(500).optional(),
};

/** The body of every list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.array(item),
    next_cursor: z.string().nullable().describe('cursor of the next page; null on the last page'),
  });
}

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
