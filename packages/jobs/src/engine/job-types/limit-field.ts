import { jsonPointer, pathOf } from '../../core/json-pointer.ts';
import { isObject, type JsonSchema, referenced } from './json-schema.ts';
import type { PayloadRules } from './payload-rules.ts';

/** What is wrong with the `per` of a type's limits. Undefined: nothing. */
export function limitFieldFault(
  per: string,
  { jsonSchema, secretFields }: Pick<PayloadRules, 'jsonSchema' | 'secretFields'>,
): string | undefined {
  const named = JSON.stringify(per);
  const path = per.startsWith('/') ? pathOf(per) : [];
  if (path.length === 0)
    return `must be a JSON pointer to a payload field, such as "/tenant_id"; got ${named}`;
  const secret = secretFields.find((field) => overlaps(field.path, path));
  if (secret !== undefined)
    return `must not point at a secret, because people see what a run waits for; ${named} overlaps the secret field ${jsonPointer(secret.path)}. Name another field`;
  const kinds = kindsAt(jsonSchema, { root: jsonSchema, path, seen: new Set() });
  if (kinds.size === 0)
    return `must point at a field of the payload, and ${named} is not one. Its fields are: ${fieldsOf(jsonSchema)}`;
  for (const kind of ['object', 'array', 'anything'])
    if (kinds.has(kind))
      return `must point at a text, a number or a boolean, and ${named} may be ${kind === 'anything' ? 'anything' : `an ${kind}`}. Name a field inside it, or give it a type in the schema`;
  return undefined;
}

function overlaps(secret: readonly string[], path: readonly string[]): boolean {
  const steps = Math.min(secret.length, path.length);
  return secret.slice(0, steps).every((step, n) => step === '*' || step === path[n]);
}

interface Place {
  readonly root: JsonSchema;
  /** The steps that are left. */
  readonly path: readonly string[];
  readonly seen: ReadonlySet<unknown>;
}

/**
 * The types that the value at a path may have; `anything` if the schema says nothing. Empty: no such field.
 */
function kindsAt(schema: unknown, place: Place): Set<string> {
  if (schema === true) return new Set(['anything']);
  if (!isObject(schema)) return new Set();
  const target = referenced(place.root, schema.$ref);
  const inPlace = ['anyOf', 'oneOf', 'allOf'].flatMap((keyword) => listIn(schema[keyword]));
  if (target !== undefined && !place.seen.has(target)) inPlace.push(target);
  const found = new Set<string>();
  const seen = target === undefined ? place.seen : new Set([...place.seen, target]);
  for (const part of inPlace) for (const kind of kindsAt(part, { ...place, seen })) found.add(kind);
  const [step, ...path] = place.path;
  if (step === undefined) {
    for (const kind of ownKinds(schema)) found.add(kind);
    return found.size === 0 ? new Set(['anything']) : found;
  }
  const properties = isObject(schema.properties) ? schema.properties : {};
  const next = Object.hasOwn(properties, step) ? properties[step] : schema.additionalProperties;
  for (const kind of kindsAt(next, { root: place.root, path, seen: new Set() })) found.add(kind);
  return found;
}

function ownKinds(schema: JsonSchema): readonly string[] {
  if (schema.type !== undefined) return [schema.type].flat().map(String);
  const values = 'const' in schema ? [schema.const] : listIn(schema.enum);
  return values.map((value) => (Array.isArray(value) ? 'array' : typeof value));
}

function listIn(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function fieldsOf({ properties }: JsonSchema): string {
  return Object.keys(Object(properties)).join(', ') || 'none';
}
