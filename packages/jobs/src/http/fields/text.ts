import { z } from 'zod';

const DEEPEST_PAYLOAD = 32;
const LARGEST_PAYLOAD_BYTES = 65_536;

/**
 * A string of bounded length (in UTF-16 units) that every database and JSON reader can hold: no U+0000, which
 * PostgreSQL refuses, and no lone surrogate, which UTF-8 can't express.
 */
export function text(bounds: { readonly min: number; readonly max: number }) {
  return z
    .string()
    .min(bounds.min)
    .max(bounds.max)
    .superRefine((value, ctx) => {
      const detail = textFault(value);
      if (detail !== undefined) ctx.addIssue({ code: 'custom', message: detail });
    });
}

/**
 * A JSON object as a job's payload: at most 64 KiB and 32 levels deep; what else it must be, its job type
 * says.
 */
export const payloadSchema = z
  .record(z.string(), z.unknown())
  .superRefine((payload, ctx) => {
    const fault = jsonFault(payload, [], 1) ?? sizeFault(payload);
    if (fault !== undefined) ctx.addIssue({ code: 'custom', message: fault.detail, path: [...fault.path] });
  })
  .describe('Checked against the JSON Schema of the job type; omitted fields get its defaults');

interface JsonFault {
  readonly path: readonly (string | number)[];
  readonly detail: string;
}

function textFault(value: string): string | undefined {
  if (value.includes('\0')) return 'must not contain U+0000';
  return value.isWellFormed() ? undefined : 'must not contain a lone surrogate';
}

/** The first thing in a JSON value that could not be stored and read back as it is. */
function jsonFault(value: unknown, path: JsonFault['path'], depth: number): JsonFault | undefined {
  if (typeof value === 'string') {
    const detail = textFault(value);
    return detail === undefined ? undefined : { path, detail };
  }
  // JSON.parse turns 1e999 into Infinity, which has no JSON form.
  if (typeof value === 'number' && !Number.isFinite(value)) return { path, detail: 'is too large a number' };
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > DEEPEST_PAYLOAD) return { path, detail: `is nested deeper than ${DEEPEST_PAYLOAD} levels` };
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
