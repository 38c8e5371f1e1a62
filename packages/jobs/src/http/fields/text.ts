import { z } from 'zod';
import type { Rule } from '../../core/input/rule.ts';
import { textFault } from '../../core/input/well-formed-text.ts';
import { DEEPEST_PAYLOAD, LARGEST_PAYLOAD_BYTES } from '../../core/limits.ts';

/**
 * A string of limited length (in UTF-16 units) that every database and JSON parser accepts: without U+0000,
 * which PostgreSQL rejects, and without lone surrogates, which UTF-8 can't encode.
 */
export function text(bounds: {
  readonly min?: number;
  readonly max: number;
  /** Says what to send in place of nothing, or of a value that is no string. */
  readonly rule?: Rule;
}) {
  return z
    .string({
      error: ({ input }) =>
        bounds.rule &&
        (input === undefined ? `is required: ${bounds.rule.what}` : bounds.rule.faults(input)[0]?.detail),
    })
    .min(bounds.min ?? 0)
    .max(bounds.max)
    .superRefine((value, ctx) => {
      const detail = textFault(value);
      if (detail !== undefined) ctx.addIssue({ code: 'custom', message: detail });
    });
}

/**
 * The payload of a job: a JSON object of at most 64 KiB and 32 levels. The job type's JSON Schema checks the
 * rest.
 */
export const payloadSchema = z
  .record(z.string(), z.unknown())
  .superRefine((payload, ctx) => {
    const fault = jsonFault(payload, [], 1) ?? sizeFault(payload);
    if (fault !== undefined) ctx.addIssue({ code: 'custom', message: fault.detail, path: [...fault.path] });
  })
  .describe("Must match the JSON Schema of the job type; omitted fields get the type's defaults");

interface JsonFault {
  readonly path: readonly (string | number)[];
  readonly detail: string;
}

/** The first part of a JSON value that could not be stored and read back unchanged. */
function jsonFault(value: unknown, path: JsonFault['path'], depth: number): JsonFault | undefined {
  if (typeof value === 'string') {
    const detail = textFault(value);
    return detail === undefined ? undefined : { path, detail };
  }
  // JSON.parse turns 1e999 into Infinity, which has no JSON form.
  if (typeof value === 'number' && !Number.isFinite(value))
    return { path, detail: 'must be a number below 1.8e308' };
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > DEEPEST_PAYLOAD)
    return { path, detail: `must be nested at most ${DEEPEST_PAYLOAD} levels deep` };
  const entries = Array.isArray(value) ? value.entries() : Object.entries(value);
  for (const [key, part] of entries) {
    const keyDetail = typeof key === 'string' ? textFault(key) : undefined;
    if (keyDetail !== undefined) return { path, detail: `has a key that ${keyDetail}` };
    const fault = jsonFault(part, [...path, key], depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function sizeFault(payload: unknown): JsonFault | undefined {
  const bytes = new TextEncoder().encode(JSON.stringify(payload)).length;
  return bytes > LARGEST_PAYLOAD_BYTES ? { path: [], detail: 'must be at most 64 KiB as JSON' } : undefined;
}
