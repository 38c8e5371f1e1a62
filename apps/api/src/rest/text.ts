import { z } from 'zod';

/**
 * A string of limited length that every database and JSON parser accepts: without U+0000 (PostgreSQL rejects it,
 * SQLite's functions stop at it) and without lone surrogates (UTF-8 can't encode them). `max` counts UTF-16
 * units.
 */
export function text(bounds: { readonly min?: number; readonly max: number }) {
  return z
    .string()
    .min(bounds.min ?? 0)
    .max(bounds.max)
    .refine((value) => !value.includes('\0'), 'must not contain U+0000')
    .refine((value) => value.isWellFormed(), 'must not contain a lone surrogate');
}
