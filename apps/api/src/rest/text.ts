import { z } from 'zod';

/**
 * A string of bounded length that every database and JSON reader can hold: no U+0000 (PostgreSQL refuses it,
 * SQLite's functions stop at it) and no lone surrogate (UTF-8 has none). `max` counts UTF-16 units.
 */
export function text(bounds: { readonly min?: number; readonly max: number }) {
  return z
    .string()
    .min(bounds.min ?? 0)
    .max(bounds.max)
    .refine((value) => !value.includes('\0'), 'must not contain U+0000')
    .refine((value) => value.isWellFormed(), 'must not contain a lone surrogate');
}
