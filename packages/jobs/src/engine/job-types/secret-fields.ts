import { jsonPointer, pathOf } from '../../core/json-pointer.ts';
import type { SecretField } from '../../core/secrets/payload-secrets.ts';
import { isObject, type JsonSchema, referenced } from './json-schema.ts';

/** In the JSON Schema of a field: `true` seals it, and `by_name` lets it name a stored secret. */
const KEYWORD = 'secret';
const BY_NAME = 'by_name';

interface Found {
  readonly fields: SecretField[];
  /** Why the schema is refused. */
  readonly faults: string[];
}

interface Place {
  readonly root: JsonSchema;
  readonly path: readonly string[];
  /** The definitions around this one. */
  readonly within: readonly unknown[];
}

/**
 * The secret fields of a payload, or what is wrong with them: those with the keyword `secret` in the JSON
 * Schema, as zod's `.meta({ secret: true })` writes it, and those of `listed` pointers, such as
 * `/auth/token`.
 */
export function secretFields(schema: JsonSchema, listed: readonly string[]): readonly SecretField[] | string {
  const found: Found = { fields: [], faults: [] };
  visit(schema, { root: schema, path: [], within: [] }, found);
  for (const pointer of listed) {
    const path = pointer.startsWith('/') ? pathOf(pointer) : [];
    if (path.length === 0)
      found.faults.push(
        `${JSON.stringify(pointer)} is no JSON pointer to a field, such as "/auth/token" or "/headers/*"`,
      );
    else if (!namesField(schema, { root: schema, path: [], within: [] }, path))
      found.faults.push(`${JSON.stringify(pointer)} is not a field of the payload`);
    else found.fields.push({ path, isSealed: true });
  }
  const [fault] = found.faults;
  if (fault !== undefined) return fault;
  const known = new Map<string, SecretField>();
  for (const field of found.fields) {
    const key = jsonPointer(field.path);
    if (known.get(key)?.isSealed !== true) known.set(key, field);
  }
  return [...known.values()];
}

function visit(schema: unknown, place: Place, found: Found): void {
  if (!isObject(schema)) return;
  const { path } = place;
  const mark = schema[KEYWORD];
  if (mark === true || mark === BY_NAME) {
    if (path.length === 0)
      found.faults.push('the whole payload is marked as secret: mark its fields instead');
    else if (mark === true && 'default' in schema)
      found.faults.push(
        `${jsonPointer(path)} is secret and has a default, which is no secret: remove the default`,
      );
    else found.fields.push({ path, isSealed: mark === true });
    if (mark === true) return;
  } else if (mark !== undefined && mark !== false) {
    found.faults.push(
      `${jsonPointer(path)} has \`secret: ${JSON.stringify(mark)}\`: write true or "by_name"`,
    );
  }
  for (const [steps, part] of partsOf(schema)) visit(part, { ...place, path: [...path, ...steps] }, found);
  const target = referenced(place.root, schema.$ref);
  if (target === undefined) return;
  if (!place.within.includes(target)) visit(target, { ...place, within: [...place.within, target] }, found);
  else if (marksSecret(target, place.root, new Set()))
    found.faults.push(
      `a schema that contains itself has a secret field (${jsonPointer(path)}), so its fields can't be listed. Keep the secret outside of it`,
    );
}

/** The schemas of a value's parts, with the steps to them; and those for the same value. */
function* partsOf(schema: JsonSchema): Generator<readonly [steps: readonly string[], part: unknown]> {
  for (const keyword of ['properties', 'patternProperties'])
    for (const [name, part] of Object.entries(Object(schema[keyword])))
      yield [[keyword === 'properties' ? name : '*'], part];
  for (const keyword of ['items', 'additionalProperties', 'unevaluatedProperties', 'contains'])
    yield [['*'], schema[keyword]];
  for (const [n, part] of listIn(schema.prefixItems).entries()) yield [[String(n)], part];
  for (const keyword of ['anyOf', 'oneOf', 'allOf'])
    for (const part of listIn(schema[keyword])) yield [[], part];
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function marksSecret(schema: unknown, root: JsonSchema, seen: Set<unknown>): boolean {
  if (!isObject(schema) || seen.has(schema)) return false;
  seen.add(schema);
  if (schema[KEYWORD] === true || schema[KEYWORD] === BY_NAME) return true;
  const parts = [...partsOf(schema)].map(([, part]) => part);
  return [...parts, referenced(root, schema.$ref)].some((part) => marksSecret(part, root, seen));
}

/** Whether the schema may know a field. A schema that allows any keys knows each of them. */
function namesField(schema: unknown, place: Place, path: readonly string[]): boolean {
  if (!isObject(schema)) return schema === true;
  if (path.length === place.path.length) return true;
  const next = path[place.path.length];
  const target = referenced(place.root, schema.$ref);
  if (target !== undefined && !place.within.includes(target)) {
    const inside = { ...place, within: [...place.within, target] };
    if (namesField(target, inside, path)) return true;
  }
  for (const [steps, part] of partsOf(schema)) {
    const [step] = steps;
    if (step !== undefined && step !== next && step !== '*') continue;
    if (namesField(part, { ...place, path: [...place.path, ...steps] }, path)) return true;
  }
  const isOpen = ['properties', '$ref', 'anyOf', 'oneOf', 'allOf', 'items', 'additionalProperties'].every(
    (keyword) => !(keyword in schema),
  );
  return isOpen && (schema.type === undefined || schema.type === 'object' || schema.type === 'array');
}
