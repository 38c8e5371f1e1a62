import { z } from 'zod';
import { parseTimestamp } from '../../core/time/timestamp.ts';

/** A time in a response: RFC 3339, UTC, with milliseconds. */
export const instantSchema = z.string().meta({ format: 'date-time', examples: ['2026-01-31T09:00:00.000Z'] });

/** Formats milliseconds since the epoch for a response; an absent value becomes `null`. */
export function instantJson(ms: number): string;
export function instantJson(ms: number | undefined): string | null;
export function instantJson(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

/** A time in a query, parsed to milliseconds since the epoch. */
export const instantParameter = z
  .string({
    error: ({ input }) =>
      input === undefined ? 'is required: a time such as 2026-01-31T09:00:00Z' : undefined,
  })
  .max(64)
  .transform((value, ctx) => {
    const instant = parseTimestamp(value);
    if (instant.ok) return instant.value;
    ctx.addIssue({ code: 'custom', message: instant.detail, input: value });
    return z.NEVER;
  })
  .meta({ format: 'date-time' });
