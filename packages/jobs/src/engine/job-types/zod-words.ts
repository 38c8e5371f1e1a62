import { escapedText, shownValue } from '../../core/input/shown-value.ts';
import type { SchemaIssue } from '../../core/job-types/payload-schema.ts';
import { isRecord } from '../../core/objects.ts';

/** An issue of zod 4. Which fields it has depends on its code. */
interface ZodIssue extends SchemaIssue {
  readonly code: string;
  readonly expected?: string;
  readonly values?: readonly unknown[];
  readonly origin?: string;
  readonly minimum?: number | bigint;
  readonly maximum?: number | bigint;
  readonly inclusive?: boolean;
  readonly exact?: boolean;
  readonly format?: string;
  readonly pattern?: string;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly includes?: string;
  readonly divisor?: number | bigint;
  readonly keys?: readonly string[];
  readonly options?: readonly unknown[];
  readonly errors?: readonly (readonly ZodIssue[])[];
  readonly issues?: readonly ZodIssue[];
}

/**
 * What a refused payload must be. zod's own English texts speak to programmers, as "expected string, received
 * undefined", so this replaces them. Messages of the schema stay. It shows no value, which may be a secret.
 */
export function issueWords(issue: SchemaIssue, payload: unknown): string {
  if (!isZodIssue(issue) || !isDefault(issue)) return escapedText(issue.message);
  return zodWords(issue, valueAt(payload, issue.path), 0);
}

/** A union in a union in a union is not described. */
const DEEPEST = 2;
const MOST_LISTED = 10;
const NOT_ACCEPTED = 'is not a value that the job type accepts';

function isZodIssue(issue: SchemaIssue): issue is ZodIssue {
  return 'code' in issue && typeof issue.code === 'string';
}

/** Whether the message is zod's own. Without a language, zod/mini says only "Invalid input". */
function isDefault({ code, message }: ZodIssue): boolean {
  return code === 'invalid_format' ? message.startsWith('Invalid ') : DEFAULT.test(message);
}

const DEFAULT =
  /^(?:Invalid input(?:: .*)?|Invalid option: expected .*|Too (?:big|small): expected .*|Invalid number: must be a multiple of .*|Unrecognized keys?: .*|Invalid (?:key|value) in \w+|Invalid discriminator value\. .*)$/s;

function zodWords(issue: ZodIssue, value: unknown, depth: number): string {
  const { code } = issue;
  const wanted = wantedOf(issue);
  if (value === undefined && (wanted !== undefined || code === 'invalid_union'))
    return wanted === undefined ? 'is required' : `is required: ${wanted}`;
  if (wanted !== undefined)
    return code === 'invalid_type' ? typeWords(issue, wanted, value) : `must be ${wanted}`;
  switch (code) {
    case 'invalid_type':
      return issue.expected === 'nonoptional' ? 'is required' : 'must be left out';
    case 'too_small':
      return boundWords(issue, issue.minimum, ['at least', 'more than']);
    case 'too_big':
      return boundWords(issue, issue.maximum, ['at most', 'less than']);
    case 'invalid_format':
      return formatWords(issue);
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
      return `has unknown keys, which must be left out: ${listed((issue.keys ?? []).map(shownValue))}`;
    case 'invalid_union':
      return unionWords(issue, value, depth);
    case 'invalid_key':
      return inside('has a key that is not valid', issue, depth);
    case 'invalid_element':
      return inside('has an item that is not valid', issue, depth);
    default:
      return NOT_ACCEPTED;
  }
}

/** The values that fit, in words: `a text`, `one of "a", "b"`. Undefined: the issue does not name them. */
function wantedOf({ code, expected = '', values = [], options = [] }: ZodIssue): string | undefined {
  if (code === 'invalid_type') return LEFT_OUT.has(expected) ? undefined : (KINDS[expected] ?? expected);
  const fitting = code === 'invalid_value' ? values : options;
  if (fitting.length === 0) return undefined;
  return `${fitting.length > 1 ? 'one of ' : ''}${listed(fitting.map(literalText))}`;
}

const LEFT_OUT = new Set(['never', 'undefined', 'void', 'optional', 'nonoptional']);
const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a JSON object',
  record: 'a JSON object',
  array: 'an array',
  tuple: 'an array',
  date: 'a time such as 2030-01-31T12:00:00Z',
  bigint: 'a whole number',
};

function typeWords({ expected }: ZodIssue, wanted: string, value: unknown): string {
  return expected === 'int' || expected === 'date'
    ? `must be ${wanted}`
    : `must be ${wanted}; got ${kindOf(value)}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'boolean') return String(value);
  return KINDS[typeof value] ?? 'another value';
}

function boundWords(
  { origin = '', inclusive = true, exact = false }: ZodIssue,
  bound: number | bigint | undefined,
  [including, excluding]: readonly [string, string],
): string {
  const side = exact ? 'exactly' : inclusive ? including : excluding;
  const unit = UNITS[origin];
  if (unit !== undefined) return `must have ${side} ${bound} ${Number(bound) === 1 ? unit : `${unit}s`}`;
  const limit = origin === 'date' ? new Date(Number(bound)).toISOString() : bound;
  return `must be ${side} ${limit}`;
}

const UNITS: Readonly<Record<string, string>> = {
  string: 'character',
  array: 'item',
  set: 'item',
  map: 'item',
  file: 'byte',
};

/** zod says `Invalid email address`, and of its own format `sku`: `Invalid sku`. */
function formatWords({ format = '', message, pattern, prefix, suffix, includes }: ZodIssue): string {
  if (prefix !== undefined) return `must start with ${shownValue(prefix)}`;
  if (suffix !== undefined) return `must end with ${shownValue(suffix)}`;
  if (includes !== undefined) return `must contain ${shownValue(includes)}`;
  const name = /^Invalid (?!input$|string: )(.*)$/s.exec(message)?.[1];
  const example = EXAMPLES[format];
  const such = example === undefined ? '' : ` such as ${example}`;
  if (name !== undefined) return escapedText(`must be a valid ${name}${such}`);
  if (example !== undefined) return `must be a text${such}`;
  return pattern === undefined ? NOT_ACCEPTED : escapedText(`must match ${pattern}`);
}

const EXAMPLES: Readonly<Record<string, string>> = {
  email: 'ada@example.com',
  url: 'https://example.com',
  uuid: '123e4567-e89b-42d3-a456-426614174000',
  datetime: '2030-01-31T12:00:00Z',
  date: '2030-01-31',
  time: '12:00:00',
  duration: 'PT1H',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
};

function unionWords({ errors = [], inclusive = true }: ZodIssue, value: unknown, depth: number): string {
  if (!inclusive) return 'fits more than one alternative of the job type; it must fit exactly one';
  const each = depth < DEEPEST ? errors.flatMap(([first]) => first ?? []) : [];
  if (each.length === 0) return NOT_ACCEPTED;
  const words = each.map((issue) => nestedWords(issue, value, depth));
  return `fits none of the alternatives: ${listed([...new Set(words)], '; or ')}`;
}

function inside(what: string, { issues = [] }: ZodIssue, depth: number): string {
  const [first] = depth < DEEPEST ? issues : [];
  // The key itself is not in the payload's values: any value but undefined tells it from a missing one.
  return first === undefined ? what : `${what}: it ${nestedWords({ ...first, path: [] }, null, depth)}`;
}

/** A nested issue has a path from its union on. */
function nestedWords(issue: ZodIssue, value: unknown, depth: number): string {
  const where = (issue.path ?? []).map(stepText).join('.');
  const words = isDefault(issue)
    ? zodWords(issue, valueAt(value, issue.path), depth + 1)
    : escapedText(issue.message);
  return where === '' ? words : `${escapedText(where)} ${words}`;
}

function valueAt(value: unknown, path: SchemaIssue['path'] = []): unknown {
  let at = value;
  for (const step of path) {
    const key = stepText(step);
    at = isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return at;
}

function stepText(step: NonNullable<SchemaIssue['path']>[number]): string {
  return String(typeof step === 'object' ? step.key : step).slice(0, 100);
}

function literalText(value: unknown): string {
  return typeof value === 'string' ? shownValue(value) : escapedText(String(value));
}

function listed(texts: readonly string[], separator = ', '): string {
  const more = texts.length > MOST_LISTED ? [`${texts.length - MOST_LISTED} more`] : [];
  return [...texts.slice(0, MOST_LISTED), ...more].join(separator);
}
