import type { z } from 'zod';
import { jsonPointer } from '../../core/json-pointer.ts';
import { LARGEST_PAYLOAD_BYTES } from '../../core/limits.ts';
import type { JsonText } from '../../core/model/run.ts';
import type { InvalidField } from '../engine-port.ts';
import type { RegisteredType } from './registry.ts';

const MOST_FAULTS = 20;

export type CheckedPayload =
  | { readonly ok: true; readonly json: JsonText }
  | { readonly ok: false; readonly faults: readonly InvalidField[] };

/** Checks a payload and fills in the type's defaults; equal payloads give equal text. */
export function checkPayload(type: RegisteredType, payload: unknown): CheckedPayload {
  const parsed = type.jobType.payload.safeParse(payload === undefined ? {} : payload);
  if (parsed.success) return { ok: true, json: canonicalJson(parsed.data) };
  const faults = parsed.error.issues.flatMap((issue) => faultsOf(issue));
  return { ok: false, faults: faults.slice(0, MOST_FAULTS) };
}

/** {@link checkPayload} of a payload that somebody sends, with the limit of its size. */
export function acceptPayload(type: RegisteredType, payload: unknown): CheckedPayload {
  const checked = checkPayload(type, payload);
  if (!checked.ok || Buffer.byteLength(checked.json) <= LARGEST_PAYLOAD_BYTES) return checked;
  return {
    ok: false,
    faults: [
      {
        pointer: '/payload',
        detail: `must be at most ${LARGEST_PAYLOAD_BYTES / 1_024} KiB as JSON, defaults included`,
      },
    ],
  };
}

function faultsOf(issue: z.core.$ZodIssue): InvalidField[] {
  const pointer = payloadPointer(...issue.path.map(String));
  if (issue.code !== 'unrecognized_keys') return [{ pointer, detail: issue.message }];
  return issue.keys.slice(0, MOST_FAULTS).map((key) => ({
    pointer: payloadPointer(...issue.path.map(String), key),
    detail: 'unknown key: the job type has no such payload field',
  }));
}

export function payloadPointer(...path: readonly string[]): string {
  return jsonPointer(['payload', ...path]);
}

/** JSON with sorted keys: the order in which somebody wrote them is not a change (P16, edit). */
function canonicalJson(value: unknown): JsonText {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
