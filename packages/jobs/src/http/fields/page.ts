import { z } from 'zod';

/** How many rows a page has. */
export const limitParameter = z
  .preprocess(
    // Not z.coerce, which takes '', ' 7' and '0x10' for numbers.
    (value) => (typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value),
    z.int().min(1).max(200),
  )
  .default(50)
  .describe('Rows of a page; 50 if left out');

/** Where the page begins: the `next_cursor` of the page before. */
export const cursorParameter = z
  .string()
  .min(1)
  .describe('The next_cursor of the page before; good for the same sort only');

/** A page of a list. */
export function pageSchema<S extends z.ZodType>(row: S) {
  return z.object({
    data: z.array(row),
    next_cursor: z.string().nullable().describe('null on the last page'),
  });
}
