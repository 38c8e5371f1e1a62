import { NOT_AT_ONCE, type PayloadSchema, validate } from '../../core/job-types/payload-schema.ts';
import { isRecord } from '../../core/objects.ts';
import type { SecretField } from '../../core/secrets/payload-secrets.ts';
import { closedSchema } from './closed-schema.ts';
import { isObject, type JsonSchema, referenced } from './json-schema.ts';
import { secretFields } from './secret-fields.ts';

/** How a library's schema gets a JSON Schema, for those that have none of their own. */
const HINTS: Readonly<Record<string, string>> = {
  zod: 'With zod/mini, write `payload: z.toJSONSchema(schema, { io: "input" })`. Otherwise update zod to 4.3 or newer',
  valibot: 'Write `payload: toStandardJsonSchema(schema)`, with the function of `@valibot/to-json-schema`',
};

/** Types of zod whose values JSON can't contain. They are allowed where zod converts to them. */
const NOT_IN_JSON = new Set(['bigint', 'date', 'file', 'map', 'nan', 'set', 'symbol']);

/** JSON Schema can't express each check and conversion of a library. They run, and it leaves them out. */
const LIBRARY_OPTIONS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  zod: { unrepresentable: zodTypeWithoutJsonSchema },
  valibot: { overrideAction: ({ jsonSchema }: { readonly jsonSchema: unknown }) => jsonSchema },
};

/** What a payload must be. */
export interface PayloadRules {
  readonly schema: PayloadSchema;
  /** JSON Schema (2020-12) of the payload as callers write it. It says which keys are unknown. */
  readonly jsonSchema: JsonSchema;
  /** The fields that are sealed or may name a stored secret (P40, secrets in payloads). */
  readonly secretFields: readonly SecretField[];
}

/** The rules that a schema gives, or what is wrong with it. `secrets`: JSON pointers to its secret fields. */
export function payloadRules(payload: PayloadSchema, secrets: readonly string[] = []): PayloadRules | string {
  const standard: unknown = Object(payload)['~standard'];
  if (!isRecord(standard) || typeof standard.validate !== 'function')
    return 'must be a schema of zod, Valibot, ArkType or another Standard Schema library, such as `z.object({ days: z.int() })`.';
  const vendor = String(standard.vendor);
  if (!isRecord(standard.jsonSchema))
    return `must be a schema that has a JSON Schema, and this one of ${vendor} has none. ${HINTS[vendor] ?? 'Use zod, Valibot or ArkType'}.`;
  // An asynchronous part deep in the schema shows when a payload reaches it.
  if (validate(payload, {}).issues?.some(({ message }) => message === NOT_AT_ONCE)) return `${NOT_AT_ONCE}.`;
  try {
    const options = LIBRARY_OPTIONS[vendor];
    const schema = payload['~standard'].jsonSchema.input({
      target: 'draft-2020-12',
      ...(options === undefined ? {} : { libraryOptions: options }),
    });
    if (!takesObjects(schema, schema))
      return 'must be the schema of an object, such as `z.object({ days: z.int() })`.';
    const fields = secretFields(schema, secrets);
    if (typeof fields === 'string') return `can't be used: ${fields}.`;
    return { schema: payload, jsonSchema: closedSchema(schema), secretFields: fields };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `must have a JSON Schema, and can't be written as one: ${why}`;
  }
}

function takesObjects(schema: unknown, root: JsonSchema): boolean {
  if (!isObject(schema)) return schema !== false;
  if ('$ref' in schema) return takesObjects(referenced(root, schema.$ref) ?? true, root);
  if (schema.type !== undefined) return [schema.type].flat().includes('object');
  const alternatives = schema.anyOf ?? schema.oneOf;
  return !Array.isArray(alternatives) || alternatives.some((each) => takesObjects(each, root));
}

interface ZodType {
  readonly zodSchema: {
    readonly _zod: { readonly def: { readonly type: string; readonly coerce?: boolean } };
  };
  readonly message: string;
}

/** zod's `unrepresentable` option. Throws for a type whose values can't come as JSON. */
function zodTypeWithoutJsonSchema({ zodSchema, message }: ZodType): Record<string, unknown> | 'any' {
  const { type, coerce } = zodSchema._zod.def;
  if (coerce === true && type === 'date') return { type: 'string', format: 'date-time' };
  if (coerce === true || !NOT_IN_JSON.has(type)) return 'any';
  throw new Error(type === 'date' ? `${message}. Use \`z.coerce.date()\` for a date` : message);
}
