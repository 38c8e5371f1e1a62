import { isObject, type JsonSchema, referenced } from './json-schema.ts';

/** A key that the schema refuses, and the object that has it. */
export interface UnknownKey {
  readonly path: readonly (string | number)[];
  readonly key: string;
  readonly owner: Readonly<Record<string, unknown>>;
  /** The keys that the schema names for this object. */
  readonly names: readonly string[];
}

interface Place {
  readonly root: JsonSchema;
  readonly path: UnknownKey['path'];
  /** By alternative and value: nested alternatives would else be searched again for each one around them. */
  readonly searched: Map<unknown, Map<unknown, Findings>>;
}

/** What a schema says about a value: the keys that it refuses, and the value's own keys that it knows. */
interface Findings {
  readonly unknown: readonly UnknownKey[];
  readonly known: ReadonlySet<string>;
}

const NOTHING: Findings = { unknown: [], known: new Set() };

/**
 * The keys of a JSON value that a {@link closedSchema} refuses (`additionalProperties: false`,
 * `unevaluatedProperties: false`). Of alternatives (`anyOf`, `oneOf`), the one that fits best counts.
 */
export function unknownKeys(schema: JsonSchema, value: unknown): readonly UnknownKey[] {
  return findIn(schema, value, { root: schema, path: [], searched: new Map() }).unknown;
}

function findIn(schema: unknown, value: unknown, place: Place): Findings {
  if (!isObject(schema)) return NOTHING;
  if (Array.isArray(value)) return { ...NOTHING, unknown: findInItems(schema, value, place) };
  if (!isObject(value)) return NOTHING;
  const target = '$ref' in schema ? referenced(place.root, schema.$ref) : undefined;
  const found = joined([
    findInProperties(schema, value, place),
    findIn(target, value, place),
    ...listOf(schema.allOf).map((part) => findIn(part, value, place)),
    findInBest(listOf(schema.anyOf), value, place),
    findInBest(listOf(schema.oneOf), value, place),
  ]);
  if (schema.unevaluatedProperties !== false) return found;
  const rest = Object.keys(value).filter((key) => !found.known.has(key));
  return joined([
    found,
    { unknown: rest.map((key) => refused(key, value, schema, place)), known: new Set(rest) },
  ]);
}

function findInProperties(schema: JsonSchema, value: UnknownKey['owner'], place: Place): Findings {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const patterns = Object.entries(isObject(schema.patternProperties) ? schema.patternProperties : {});
  const unknown: UnknownKey[] = [];
  const known = new Set<string>();
  for (const [key, part] of Object.entries(value)) {
    const schemas = patterns.flatMap(([pattern, each]) => (new RegExp(pattern, 'u').test(key) ? [each] : []));
    if (Object.hasOwn(properties, key)) schemas.push(properties[key]);
    if (schemas.length === 0 && schema.additionalProperties !== undefined)
      schemas.push(schema.additionalProperties);
    if (schemas.length > 0) known.add(key);
    if (schemas.length > 0 && schemas.every((each) => each === false))
      unknown.push(refused(key, value, schema, place));
    const inside = { ...place, path: [...place.path, key] };
    unknown.push(...schemas.flatMap((each) => findIn(each, part, inside).unknown));
  }
  return { unknown, known };
}

function findInItems(schema: JsonSchema, value: readonly unknown[], place: Place): readonly UnknownKey[] {
  const first = listOf(schema.prefixItems);
  const target = '$ref' in schema ? referenced(place.root, schema.$ref) : undefined;
  const inPlace = [...listOf(schema.allOf), ...(target === undefined ? [] : [target])];
  return [
    ...value.flatMap((item, n) => {
      const inside = { ...place, path: [...place.path, n] };
      return findIn(first[n] ?? schema.items, item, inside).unknown;
    }),
    ...inPlace.flatMap((part) => findIn(part, value, place).unknown),
    ...findInBest(listOf(schema.anyOf), value, place).unknown,
    ...findInBest(listOf(schema.oneOf), value, place).unknown,
  ];
}

/** Of the alternatives that seem to fit, the one with the fewest unknown keys, then the most known keys. */
function findInBest(alternatives: readonly unknown[], value: unknown, place: Place): Findings {
  const fitting = alternatives.filter((each) => fits(each, value, place));
  const found = (fitting.length > 0 ? fitting : alternatives).map((each) => findOnce(each, value, place));
  const byFit = (a: Findings, b: Findings) =>
    a.unknown.length - b.unknown.length || b.known.size - a.known.size;
  return found.sort(byFit)[0] ?? NOTHING;
}

function findOnce(schema: unknown, value: unknown, place: Place): Findings {
  const ofSchema = place.searched.get(schema) ?? new Map<unknown, Findings>();
  const found = ofSchema.get(value) ?? findIn(schema, value, place);
  place.searched.set(schema, ofSchema.set(value, found));
  return found;
}

/** Whether a value has the type, required keys and constants of a schema. The library checks the rest. */
function fits(schema: unknown, value: unknown, place: Place): boolean {
  if (!isObject(schema)) return schema !== false;
  const target = '$ref' in schema ? referenced(place.root, schema.$ref) : undefined;
  if (target !== undefined && !fits(target, value, place)) return false;
  if (schema.type !== undefined && !listOf(schema.type).some((type) => isOfType(value, type))) return false;
  if (!hasConstant(schema, value)) return false;
  if (!isObject(value)) return true;
  const properties = isObject(schema.properties) ? Object.entries(schema.properties) : [];
  return (
    listOf(schema.required).every((key) => Object.hasOwn(value, String(key))) &&
    properties.every(([key, part]) => !Object.hasOwn(value, key) || hasConstant(part, value[key]))
  );
}

function hasConstant(schema: unknown, value: unknown): boolean {
  if (!isObject(schema)) return true;
  if ('const' in schema && schema.const !== value) return false;
  return !Array.isArray(schema.enum) || schema.enum.includes(value);
}

function isOfType(value: unknown, type: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function refused(key: string, owner: UnknownKey['owner'], schema: JsonSchema, { path }: Place): UnknownKey {
  return { path: [...path, key], key, owner, names: Object.keys(Object(schema.properties)) };
}

/** A key that several schemas refuse is one finding. */
function joined(findings: readonly Findings[]): Findings {
  const unknown = new Map<unknown, Map<string, UnknownKey>>();
  for (const each of findings.flatMap((found) => found.unknown)) {
    const ofOwner = unknown.get(each.owner) ?? new Map<string, UnknownKey>();
    unknown.set(each.owner, ofOwner.set(each.key, each));
  }
  return {
    unknown: [...unknown.values()].flatMap((ofOwner) => [...ofOwner.values()]),
    known: new Set(findings.flatMap(({ known }) => [...known])),
  };
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
