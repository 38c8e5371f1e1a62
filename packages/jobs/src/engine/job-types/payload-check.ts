import { closestName } from '../../core/input/closest-name.ts';
import { escapedText } from '../../core/input/shown-value.ts';
import { type SchemaIssue, validate } from '../../core/job-types/payload-schema.ts';
import { jsonPointer } from '../../core/json-pointer.ts';
import type { InvalidField } from '../ports/engine-port.ts';
import type { PayloadRules } from './payload-rules.ts';
import { type UnknownKey, unknownKeys } from './unknown-keys.ts';
import { issueWords } from './zod-words.ts';

const MOST_FAULTS = 20;

export type CheckedPayload =
  /** `output` is what the handler gets. */
  { readonly ok: true; readonly output: unknown } | PayloadFaults;

export interface PayloadFaults {
  readonly ok: false;
  readonly faults: readonly InvalidField[];
}

/** Validates a payload that was parsed from JSON. Removes its unknown keys: they are faults of their own. */
export function checkPayload({ schema, jsonSchema }: PayloadRules, payload: unknown): CheckedPayload {
  const unknown = unknownKeys(jsonSchema, payload);
  for (const { owner, key } of unknown) Reflect.deleteProperty(owner, key);
  const result = validate(schema, payload);
  if (unknown.length === 0 && result.issues === undefined) return { ok: true, output: result.value };
  const faults = [
    ...(result.issues ?? []).map((issue) => faultOf(issue, payload)),
    ...unknown.map(unknownFault),
  ];
  return { ok: false, faults: faults.slice(0, MOST_FAULTS) };
}

export function payloadPointer(...path: readonly string[]): string {
  return jsonPointer(['payload', ...path.map(escapedText)]);
}

function faultOf(issue: SchemaIssue, payload: unknown): InvalidField {
  const steps = Array.from(issue.path ?? [], (step) => String(typeof step === 'object' ? step.key : step));
  return { pointer: payloadPointer(...steps), detail: issueWords(issue, payload) };
}

function unknownFault({ path, key, names }: UnknownKey): InvalidField {
  const meant = closestName(key, names);
  const detail = 'unknown key: the job type has no such payload field';
  return {
    pointer: payloadPointer(...path.map(String)),
    detail: meant === undefined ? detail : `${detail}; did you mean ${meant}?`,
  };
}
