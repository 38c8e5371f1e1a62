import { z } from 'zod';

const DIGITS = /^\d{1,9}$/;

/** The query parameters of every list: `limit` (1 to 200, 50 unless told) and the `cursor` that the page before gave. */
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
    next_cursor: z.string().nullable().describe('Where the next page begins; null on the last one'),
  });
}
