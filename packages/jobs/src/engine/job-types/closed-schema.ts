import { isObject, type JsonSchema } from './json-schema.ts';

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
  return closed(schema, false);
}

/** `isJoined`: the schema around this one says for both which keys are unknown. */
function closed(schema: JsonSchema, isJoined: boolean): JsonSchema {
  const joins = isJoined || isObject(schema.properties) || Array.isArray(schema.allOf);
  const copy: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (PARTS.includes(keyword)) copy[keyword] = closedPart(value, false);
    else if (PART_LISTS.includes(keyword)) copy[keyword] = closedList(value, false);
    else if (PART_MAPS.includes(keyword)) copy[keyword] = closedMap(value);
    else if (keyword === 'allOf') copy[keyword] = closedList(value, true);
    else if (ALTERNATIVES.includes(keyword)) copy[keyword] = closedList(value, joins);
    else copy[keyword] = value;
  }
  if (isJoined || 'additionalProperties' in schema || 'unevaluatedProperties' in schema) return copy;
  const isAlone = ![...ALTERNATIVES, 'allOf', '$ref'].some((keyword) => keyword in schema);
  if (isAlone && isObject(schema.properties)) copy.additionalProperties = false;
  else if (joins && namesProperties(schema)) copy.unevaluatedProperties = false;
  return copy;
}

const closedPart = (value: unknown, isJoined: boolean) => (isObject(value) ? closed(value, isJoined) : value);

function closedList(value: unknown, isJoined: boolean): unknown {
  return Array.isArray(value) ? value.map((part) => closedPart(part, isJoined)) : value;
}

function closedMap(value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, closedPart(part, false)]));
}

function namesProperties(schema: unknown): boolean {
  if (!isObject(schema)) return false;
  const joined = ['allOf', ...ALTERNATIVES].flatMap((keyword) => schema[keyword] ?? []);
  return isObject(schema.properties) || '$ref' in schema || joined.some(namesProperties);
}
