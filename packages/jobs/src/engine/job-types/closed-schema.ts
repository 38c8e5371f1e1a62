import { isObject, type JsonSchema, referenced } from './json-schema.ts';

/** Keywords whose value is a schema, a list of schemas, or schemas by name, for a part of the value. */
const PARTS = ['items', 'additionalProperties', 'unevaluatedProperties', 'contains'];
const PART_LISTS = ['prefixItems'];
const PART_MAPS = ['properties', 'patternProperties', '$defs', 'definitions'];
/** Keywords whose schemas are for the same value as the schema around them. */
const ALTERNATIVES = ['anyOf', 'oneOf'];

/**
 * A copy of a JSON Schema that refuses unknown keys in each object whose properties it names, unless it says
 * itself what other keys may be: as `additionalProperties`, or `unevaluatedProperties` over several schemas.
 */
export function closedSchema(schema: JsonSchema): JsonSchema {
  const joined = new JoinedDefinitions(schema);
  const copy = closed(schema, { isJoined: false, joined });
  const { definitions } = joined;
  if (Object.keys(definitions).length === 0) return copy;
  return { ...copy, $defs: { ...(isObject(copy.$defs) ? copy.$defs : {}), ...definitions } };
}

interface Place {
  /** The schema around this one says for both which keys are unknown. */
  readonly isJoined: boolean;
  readonly joined: JoinedDefinitions;
}

/**
 * Copies of the definitions that other schemas join, as in `allOf: [{ $ref }, { $ref }]`. A copy leaves its
 * unknown keys to the schema around it: the closed definition would refuse the keys of the others.
 */
class JoinedDefinitions {
  readonly #root: JsonSchema;
  readonly #refs = new Map<string, string>();
  readonly definitions: Record<string, JsonSchema> = {};

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  /** The `$ref` of the copy; the same `$ref` for a definition that names no properties. */
  refOf(ref: unknown): unknown {
    const target = referenced(this.#root, ref);
    if (typeof ref !== 'string' || target === undefined || !namesProperties(target)) return ref;
    const known = this.#refs.get(ref);
    if (known !== undefined) return known;
    const name = this.#freeName(ref.split('/').at(-1) ?? '');
    const copied = `#/$defs/${name}`;
    // Before the copy is made: a definition may contain itself.
    this.#refs.set(ref, copied);
    this.definitions[name] = {};
    const { $defs, definitions, $schema, $id, ...own } = target;
    this.definitions[name] = closed(own, { isJoined: true, joined: this });
    return copied;
  }

  #freeName(name: string): string {
    const taken = { ...Object(this.#root.$defs), ...this.definitions };
    let free = `${name}.joined`;
    while (Object.hasOwn(taken, free)) free += '_';
    return free;
  }
}

function closed(schema: JsonSchema, { isJoined, joined }: Place): JsonSchema {
  const joins = isJoined || isObject(schema.properties) || Array.isArray(schema.allOf);
  const alone = { isJoined: false, joined };
  const copy: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (PARTS.includes(keyword)) copy[keyword] = closedPart(value, alone);
    else if (PART_LISTS.includes(keyword)) copy[keyword] = closedList(value, alone);
    else if (PART_MAPS.includes(keyword)) copy[keyword] = closedMap(value, alone);
    else if (keyword === 'allOf') copy[keyword] = closedList(value, { isJoined: true, joined });
    else if (ALTERNATIVES.includes(keyword)) copy[keyword] = closedList(value, { isJoined: joins, joined });
    else if (keyword === '$ref' && joins) copy[keyword] = joined.refOf(value);
    else copy[keyword] = value;
  }
  if (isJoined || 'additionalProperties' in schema || 'unevaluatedProperties' in schema) return copy;
  const isAlone = ![...ALTERNATIVES, 'allOf', '$ref'].some((keyword) => keyword in schema);
  if (isAlone && isObject(schema.properties)) copy.additionalProperties = false;
  else if (joins && namesProperties(schema)) copy.unevaluatedProperties = false;
  return copy;
}

const closedPart = (value: unknown, place: Place) => (isObject(value) ? closed(value, place) : value);

function closedList(value: unknown, place: Place): unknown {
  return Array.isArray(value) ? value.map((part) => closedPart(part, place)) : value;
}

function closedMap(value: unknown, place: Place): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, closedPart(part, place)]));
}

function namesProperties(schema: unknown): boolean {
  if (!isObject(schema)) return false;
  const joined = ['allOf', ...ALTERNATIVES].flatMap((keyword) => schema[keyword] ?? []);
  return isObject(schema.properties) || '$ref' in schema || joined.some(namesProperties);
}
