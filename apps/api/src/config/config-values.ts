import { parseWholeMs } from '@greenvue/jobs';
import { z } from 'zod';

/** Digits within bounds, as text. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .refine(
      (text) => /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max,
      `must be a whole number from ${min} to ${max}.`,
    );

/** A whole number within bounds. */
export const count = (fallback: number, min: number, max: number) =>
  wholeNumber(min, max).default(String(fallback)).transform(Number);

/** A length of time in Go's syntax, in milliseconds. */
export const duration = (fallback: string, minMs: number) =>
  z
    .string()
    .default(fallback)
    .transform((text, issues) => {
      const parsed = parseWholeMs(text);
      if (parsed.ok && parsed.value >= minMs) return parsed.value;
      const detail = parsed.ok
        ? `is too short: at least ${minMs}ms`
        : `is not a length of time (${parsed.detail})`;
      issues.addIssue({ code: 'custom', message: `${detail}. Write it like 30s, 10m or 1h30m.` });
      return z.NEVER;
    });
