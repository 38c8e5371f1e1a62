import type { JobDefinition } from '../../core/model/job.ts';
import type { JsonText } from '../../core/model/run.ts';
import { shownPayload, shownValue, storedNamesIn } from '../../core/secrets/payload-secrets.ts';
import type { Registry } from './registry.ts';
import { canonicalJson } from './stored-payload.ts';

/** The payload of a job as people see it. A node without its type shows no sealed field, either. */
export function shownJson(
  registry: Registry,
  { type, payload }: Pick<JobDefinition, 'type' | 'payload'>,
): JsonText {
  return shownPayload(payload, fieldsOf(registry, type));
}

/** What somebody sent, for the audit log. */
export function shownInput<Input extends { readonly type: string; readonly payload?: unknown }>(
  { registry }: { readonly registry: Registry },
  input: Input,
): Input {
  const fields = fieldsOf(registry, input.type);
  if (fields.length === 0 || input.payload === undefined) return input;
  const json = canonicalJson(input.payload) ?? 'null';
  return { ...input, payload: shownValue(JSON.parse(json), fields) };
}

/** The stored secrets that a definition names; undefined if it names none. */
export function namedSecrets(
  { registry }: { readonly registry: Registry },
  { type, payload }: Pick<JobDefinition, 'type' | 'payload'>,
): readonly string[] | undefined {
  const names = storedNamesIn(payload, fieldsOf(registry, type));
  return names.length === 0 ? undefined : names;
}

function fieldsOf(registry: Registry, type: string) {
  return registry.get(type)?.payload.secretFields ?? [];
}
