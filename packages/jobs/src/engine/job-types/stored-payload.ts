import { isDeepStrictEqual } from 'node:util';
import { shownValue } from '../../core/input/shown-value.ts';
import { DEEPEST_PAYLOAD, LARGEST_PAYLOAD_BYTES } from '../../core/limits.ts';
import type { JsonText } from '../../core/model/run.ts';
import { isRecord } from '../../core/objects.ts';
import { isSealed, mayHaveSealed } from '../../core/secrets/secret-value.ts';
import type { InvalidField } from '../ports/engine-port.ts';
import { checkPayload, type PayloadFaults, payloadPointer } from './payload-check.ts';
import type { PayloadRules } from './payload-rules.ts';

export type AcceptedPayload = { readonly ok: true; readonly json: JsonText } | PayloadFaults;

/** Checks a payload that somebody sends, and its size. Returns the JSON to store (P21, payloads). */
export function acceptPayload(rules: PayloadRules, payload: unknown): AcceptedPayload {
  const sent = canonicalJson(payload === undefined ? {} : payload);
  if (sent === undefined) return refuse('must be JSON: no functions, bigints or cycles');
  if (isTooLarge(sent)) return refuse(TOO_LARGE);
  const parsed: unknown = JSON.parse(sent);
  if (mayHaveSealed(sent) && hasSealed(parsed)) return refuse(RESERVED);
  if (isTooDeep(parsed)) return refuse(`must be nested at most ${DEEPEST_PAYLOAD} levels deep`);
  const wrongNumber = numberFault(payload);
  if (wrongNumber !== undefined) return { ok: false, faults: [wrongNumber] };
  const checked = checkPayload(rules, parsed);
  if (!checked.ok) return checked;
  const json = storedJson(rules, sent, checked.output);
  return isTooLarge(json) ? refuse(TOO_LARGE) : { ok: true, json };
}

const TOO_LARGE = `must be at most ${LARGEST_PAYLOAD_BYTES / 1_024} KiB as JSON, defaults included`;

/** Marks what the engine has sealed: people would see it as a secret. */
export const RESERVED = 'must not have the key $sealed: it marks what the server has sealed';

function hasSealed(value: unknown): boolean {
  return isSealed(value) || (isRecord(value) && Object.values(value).some(hasSealed));
}

function isTooLarge(json: JsonText): boolean {
  return Buffer.byteLength(json) > LARGEST_PAYLOAD_BYTES;
}

function isTooDeep(payload: unknown): boolean {
  let level: readonly unknown[] = [payload].filter(isRecord);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === DEEPEST_PAYLOAD) return true;
    level = level.flatMap((value) => Object.values(Object(value))).filter(isRecord);
  }
  return false;
}

/** JSON has neither NaN nor Infinity: it would turn them into null. */
function numberFault(value: unknown, ...path: readonly string[]): InvalidField | undefined {
  if (typeof value === 'number' && !Number.isFinite(value))
    return { pointer: payloadPointer(...path), detail: `must be a finite number; got ${shownValue(value)}` };
  if (!isRecord(value) || 'toJSON' in value) return undefined;
  for (const [key, part] of Object.entries(value)) {
    const fault = numberFault(part, ...path, key);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function refuse(detail: string): PayloadFaults {
  return { ok: false, faults: [{ pointer: '/payload', detail }] };
}

/**
 * The output if it gives the same output when it is validated again: the payload with its defaults. Else the
 * payload as it was sent, since the schema converts it.
 */
function storedJson(rules: PayloadRules, sent: JsonText, output: unknown): JsonText {
  const json = canonicalJson(output);
  if (json === undefined || json === sent) return sent;
  const again = checkPayload(rules, JSON.parse(json));
  return again.ok && isDeepStrictEqual(again.output, output) ? json : sent;
}

/** JSON with sorted keys: the order of keys is not a change (P16, edit). Undefined for what is not JSON. */
export function canonicalJson(value: unknown): JsonText | undefined {
  try {
    return JSON.stringify(value, (_key, part: unknown) =>
      part !== null && typeof part === 'object' && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    );
  } catch {
    return undefined;
  }
}
