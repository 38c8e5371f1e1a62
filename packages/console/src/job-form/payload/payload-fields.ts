import { isList, isObject, type Json, type JsonObject, ownValue, toJson } from './json-value.ts';
import {
  type Annotations,
  type Field,
  type JsonField,
  type NumberField,
  type Scalar,
  type TextField,
  UNKNOWN_FIELD,
} from './payload-model.ts';

/**
 * The form for a job type's `payload_schema` (JSON Schema 2020-12 as zod writes it). Unions, free keys,
 * tuples, recursion and everything unknown become a {@link JsonField}.
 */
export function payloadField(schema: unknown): Field {
  const root = toJson(schema);
  return read(root, { root, refs: [], about: UNKNOWN_FIELD });
}

interface Context {
  readonly root: Json;
  /** The references on the way here: one that repeats is a recursion. */
  readonly refs: readonly string[];
  /** Annotations around this part; they override the part's own. */
  readonly about: Annotations;
}

/** Keywords that a form cannot show. `allOf` only narrows a text or number, and the server checks that. */
const BEYOND_FORMS = [
  'oneOf',
  'not',
  'if',
  'patternProperties',
  'propertyNames',
  'prefixItems',
  'dependentSchemas',
  'dependentRequired',
  'contains',
  'unevaluatedProperties',
  '$dynamicRef',
];

function read(schema: Json, outer: Context): Field {
  if (!isObject(schema)) return jsonField(outer.about);
  const context: Context = { ...outer, about: aboutOf(schema, outer.about) };
  const { $ref, anyOf, type } = schema;
  if (typeof $ref === 'string') return readRef($ref, context);
  if (BEYOND_FORMS.some((keyword) => Object.hasOwn(schema, keyword))) return jsonField(context.about);
  if (anyOf !== undefined) return isList(anyOf) ? readUnion(anyOf, context) : jsonField(context.about);
  if (type !== undefined && isList(type)) {
    return readUnion(
      type.map((one) => ({ ...schema, type: one })),
      context,
    );
  }
  if (schema.const !== undefined) return { ...plain(context.about), kind: 'fixed', value: schema.const };
  const values = constantsOf(schema);
  return values === undefined ? readType(schema, context) : choiceOf(values, context.about);
}

function readType(schema: JsonObject, context: Context): Field {
  const about = plain(context.about);
  switch (schema.type) {
    case 'string':
      return textField(schema, about);
    case 'integer':
    case 'number':
      return numberField(schema, about);
    case 'boolean':
      return { ...about, kind: 'yes_no' };
    case 'object':
      return objectField(schema, context);
    case 'array':
      return listField(schema, context);
    default:
      return jsonField(about);
  }
}

function readRef(ref: string, context: Context): Field {
  const target = context.refs.includes(ref) ? undefined : targetOf(ref, context.root);
  if (target === undefined) return jsonField(context.about);
  const field = read(target, { ...context, refs: [...context.refs, ref] });
  return holdsJsonOf(field) ? jsonField(field) : field;
}

/** A recursive reference is better edited as one piece of JSON than as one level of form. */
function holdsJsonOf(field: Field): boolean {
  if (field.kind === 'object') return field.members.some((member) => holdsJsonOf(member.field));
  return field.kind === 'json' || (field.kind === 'list' && holdsJsonOf(field.item));
}

function targetOf(ref: string, root: Json): Json | undefined {
  const [hash, ...steps] = ref.split('/');
  if (hash !== '#' || steps.length === 0) return undefined;
  let target: Json | undefined = root;
  for (const step of steps) {
    if (target === undefined || !isObject(target)) return undefined;
    target = ownValue(target, decodeStep(step));
  }
  return target;
}

function decodeStep(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** A union with `null` is a nullable field; a union of constants is a choice. */
function readUnion(options: readonly Json[], context: Context): Field {
  const others = options.filter((option) => !isNullSchema(option));
  const isNullable = context.about.isNullable || others.length < options.length;
  const about = { ...context.about, isNullable };
  const [only, ...more] = others;
  if (only !== undefined && more.length === 0) return read(only, { ...context, about });
  const values = others.map((option) => (isObject(option) ? constantsOf(option) : undefined));
  const known = values.filter((list) => list !== undefined);
  return known.length === others.length && known.length > 0
    ? choiceOf(known.flat(), about)
    : jsonField(about);
}

function isNullSchema(schema: Json): boolean {
  return isObject(schema) && schema.type === 'null';
}

/** The values of an enum or a constant; undefined if some values cannot be in a list. */
function constantsOf(schema: JsonObject): readonly Scalar[] | undefined {
  const values = schema.const === undefined ? schema.enum : [schema.const];
  if (values === undefined || !isList(values)) return undefined;
  const scalars = values.filter(isScalar);
  return scalars.length === values.length && scalars.length > 0 ? scalars : undefined;
}

function choiceOf(values: readonly Scalar[], about: Annotations): Field {
  const all = about.isNullable && !values.includes(null) ? [...values, null] : values;
  return { ...plain(about), kind: 'choice', values: [...new Set(all)], isNullable: false };
}

function isScalar(value: Json): value is Scalar {
  return typeof value !== 'object' || value === null;
}

/** Texts longer than this get several lines. */
const SHORT_TEXT = 120;

function textField(schema: JsonObject, about: Annotations): TextField {
  const maxLength = numberOf(schema.maxLength);
  const format = textOf(schema.format);
  const pattern = textOf(schema.pattern);
  const hasPattern = format !== undefined || pattern !== undefined || schema.allOf !== undefined;
  return {
    ...about,
    kind: 'text',
    format,
    // zod adds a long pattern to a format that means the same.
    pattern: format === undefined ? pattern : undefined,
    minLength: numberOf(schema.minLength),
    maxLength,
    isLong: !hasPattern && (maxLength === undefined || maxLength > SHORT_TEXT),
    ...(schema.secret === true ? { isSecret: true } : {}),
  };
}

function numberField(schema: JsonObject, about: Annotations): NumberField {
  const bound = (value: Json | undefined) => {
    const number = numberOf(value);
    // zod limits every integer to the safe range, which is no useful limit to show.
    return number !== undefined && Math.abs(number) < Number.MAX_SAFE_INTEGER ? number : undefined;
  };
  return {
    ...about,
    kind: 'number',
    isWhole: schema.type === 'integer',
    min: bound(schema.minimum),
    max: bound(schema.maximum),
    above: bound(schema.exclusiveMinimum),
    below: bound(schema.exclusiveMaximum),
    step: numberOf(schema.multipleOf),
  };
}

function objectField(schema: JsonObject, context: Context): Field {
  const { properties, required, additionalProperties } = schema;
  const isClosed = additionalProperties === undefined || additionalProperties === false;
  if (!isClosed || schema.allOf !== undefined || properties === undefined || !isObject(properties)) {
    return jsonField(context.about);
  }
  const requiredKeys = required !== undefined && isList(required) ? required : [];
  return {
    ...plain(context.about),
    kind: 'object',
    members: Object.entries(properties).map(([key, part]) => ({
      key,
      field: read(part, { ...context, about: UNKNOWN_FIELD }),
      isRequired: requiredKeys.includes(key),
    })),
  };
}

function listField(schema: JsonObject, context: Context): Field {
  const { items } = schema;
  if (items === undefined || !isObject(items) || schema.allOf !== undefined) return jsonField(context.about);
  return {
    ...plain(context.about),
    kind: 'list',
    item: read(items, { ...context, about: UNKNOWN_FIELD }),
    minItems: numberOf(schema.minItems),
    maxItems: numberOf(schema.maxItems),
  };
}

function jsonField(about: Annotations): JsonField {
  return { ...plain(about), kind: 'json' };
}

function aboutOf(schema: JsonObject, outer: Annotations): Annotations {
  return {
    title: outer.title ?? textOf(schema.title),
    help: outer.help ?? textOf(schema.description),
    isNullable: outer.isNullable,
    fallback: outer.fallback === undefined ? ownValue(schema, 'default') : outer.fallback,
  };
}

/** Only the annotations, because the surrounding part may be a field itself. */
function plain({ title, help, isNullable, fallback }: Annotations): Annotations {
  return { title, help, isNullable, fallback };
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberOf(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
