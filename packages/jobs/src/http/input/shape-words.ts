import { z } from 'zod';

/** The formats of texts, by zod's names. */
export const FORMATS: Readonly<Record<string, string>> = {
  datetime: 'a time such as 2030-01-31T12:00:00Z',
  email: 'an e-mail address',
};

/**
 * What to send for a field: `a text of 1 to 200 characters`. Undefined: the schema does not say it. Cheap,
 * because a hostile body may lack thousands of fields.
 */
export function shapeWords(schema: unknown): string | undefined {
  const example = exampleText(schema);
  const words = kindOf(schema, example);
  return words === undefined || example === undefined ? words : `${words} such as ${example}`;
}

/** The example of a schema as JSON in one line. */
export function exampleText(schema: unknown): string | undefined {
  const examples = schema instanceof z.ZodType ? z.globalRegistry.get(schema)?.examples : undefined;
  const example: unknown = Array.isArray(examples) ? examples[0] : undefined;
  return example === undefined ? undefined : JSON.stringify(example, null, 1).replaceAll(/\n\s*/g, ' ');
}

function kindOf(schema: unknown, example: string | undefined): string | undefined {
  if (schema instanceof z.ZodString) return textWords(schema);
  if (schema instanceof z.ZodStringFormat) return FORMATS[schema.format ?? ''] ?? 'a text';
  if (schema instanceof z.ZodNumber) return numberWords(schema);
  if (schema instanceof z.ZodBoolean) return 'true or false';
  if (schema instanceof z.ZodEnum) return `one of ${schema.options.join(', ')}`;
  if (schema instanceof z.ZodArray) {
    const item = shapeWords(schema.element);
    return item === undefined ? 'an array' : `an array, each item ${item}`;
  }
  if (schema instanceof z.ZodRecord) return 'a JSON object';
  if (!(schema instanceof z.ZodObject)) return undefined;
  return example === undefined
    ? `a JSON object; its fields are ${Object.keys(schema.shape).join(', ')}`
    : 'a JSON object';
}

function textWords({ minLength, maxLength }: z.ZodString): string {
  if (maxLength === null) return minLength === null ? 'a text' : `a text of at least ${minLength} characters`;
  return `a text of ${minLength ? `${minLength} to` : 'at most'} ${maxLength} characters`;
}

function numberWords({ minValue, maxValue, isInt }: z.ZodNumber): string {
  const kind = isInt ? 'a whole number' : 'a number';
  // z.int() has the bounds of safe integers.
  const least = Number(minValue ?? -Infinity) > Number.MIN_SAFE_INTEGER ? minValue : null;
  const most = Number(maxValue ?? Infinity) < Number.MAX_SAFE_INTEGER ? maxValue : null;
  if (least === null) return most === null ? kind : `${kind}, at most ${most}`;
  return most === null ? `${kind}, at least ${least}` : `${kind} from ${least} to ${most}`;
}
