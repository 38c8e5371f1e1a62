import { z } from 'zod';
import { shownValue } from '../../core/input/shown-value.ts';
import { DEFAULT_PAGE_ROWS } from '../../core/limits.ts';

/** A whole number in a query. */
export function countParameter({ min, max }: { readonly min: number; readonly max: number }) {
  const error = ({ input }: { readonly input?: unknown }) =>
    `must be a whole number from ${min} to ${max}; got ${shownValue(typeof input === 'number' ? String(input) : input)}`;
  // Not z.preprocess: zod 4.3 lacks its type. Not z.coerce: it takes '', ' 7' and '0x10' for numbers.
  return z.pipe(
    z.transform((value) => (typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value)),
    z.int({ error }).min(min, { error }).max(max, { error }),
  );
}

/** The maximum number of rows in a page. */
export const limitParameter = countParameter({ min: 1, max: 200 })
  .default(DEFAULT_PAGE_ROWS)
  .describe(`Maximum number of rows in the page; default ${DEFAULT_PAGE_ROWS}`);

/** Where the page starts: the `next_cursor` of the previous page. */
export const cursorParameter = z
  .string()
  .min(1)
  .describe('next_cursor of the previous page; valid only with the same sort');

/** A page of a list. */
export function pageSchema<S extends z.ZodType>(row: S) {
  return z.object({
    data: z.array(row),
    next_cursor: z.string().nullable().describe('null on the last page'),
  });
}
