import { parseWholeMs } from '@greenvue/jobs';
import { z } from 'zod';

/** Digits of a number from `min` to `max`, as text. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .refine(
      (text) => /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max,
      `must be a whole number from ${min} to ${max}.`,
    );

/** A whole number from `min` to `max`. */
export const count = (fallback: number, min: number, max: number) =>
  wholeNumber(min, max).default(String(fallback)).transform(Number);

/** A duration in Go syntax, converted to milliseconds. */
export const duration = (fallback: string, minMs: number) =>
  z
    .string()
    .default(fallback)
    .transform((text, issues) => {
      const parsed = parseWholeMs(text);
      if (parsed.ok && parsed.value >= minMs) return parsed.value;
      const detail = parsed.ok ? `is too short: it must be at least ${minMs}ms` : 'is not a duration';
      issues.addIssue({ code: 'custom', message: `${detail}. Use Go syntax, such as 30s, 10m or 1h30m.` });
      return z.NEVER;
    });
