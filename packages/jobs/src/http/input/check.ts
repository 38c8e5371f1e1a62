import { z } from 'zod';
import { escapedText, shownValue } from '../../core/input/shown-value.ts';
import { unknownField } from '../../core/input/unknown-field.ts';
import { jsonPointer } from '../../core/json-pointer.ts';
import type { InvalidField } from '../../engine/ports/engine-port.ts';
import { exampleText, FORMATS, shapeWords } from './shape-words.ts';

/** An invalid field of a request: a JSON pointer into the body or to a parameter, and what it must be. */
export type InputFault = InvalidField;

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly InputFault[] };

/** Limits the response to a body with thousands of unknown fields. */
const MOST_FAULTS = 20;
const LONGEST_KEY = 100;
const SEPARATOR = '\n';

/** Validates an input. Describes the valid values of each invalid field, for at most 20 fields. */
export function checkInput<S extends z.ZodType>(schema: S, input: unknown): Checked<z.output<S>> {
  const unknown = unknownFields(schema, input);
  if (unknown !== undefined) return { ok: false, faults: unknown };
  const result = schema.safeParse(input, { error: detailOf, reportInput: true });
  if (result.success) return { ok: true, value: result.data };
  const faults = result.error.issues.flatMap(faultsOf);
  return { ok: false, faults: faults.slice(0, MOST_FAULTS) };
}

/**
 * The first 20 unknown fields at top level, if there are that many: zod would first collect all of them. With
 * fewer unknown fields, zod validates the body and reports the other faults too.
 */
function unknownFields(schema: z.ZodType, input: unknown): readonly InputFault[] | undefined {
  if (!(schema instanceof z.ZodObject) || !(schema.def.catchall instanceof z.ZodNever)) return undefined;
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return undefined;
  const known = Object.keys(schema.shape);
  const faults: InputFault[] = [];
  for (const key in input) {
    if (Object.hasOwn(schema.shape, key)) continue;
    faults.push({ pointer: pointerOf([key]), detail: unknownField(key, known) });
    if (faults.length === MOST_FAULTS) return faults;
  }
  return undefined;
}

function faultsOf(issue: z.core.$ZodIssue): readonly InputFault[] {
  if (issue.code !== 'unrecognized_keys') return [{ pointer: pointerOf(issue.path), detail: issue.message }];
  const known = issue.message === '' ? [] : issue.message.split(SEPARATOR);
  return issue.keys
    .slice(0, MOST_FAULTS)
    .map((key) => ({ pointer: pointerOf([...issue.path, key]), detail: unknownField(key, known) }));
}

/** A JSON pointer with each key cut to 100 characters, and escaped: callers choose the keys. */
function pointerOf(path: readonly PropertyKey[]): string {
  return jsonPointer(path.map((step) => escapedText(String(step).slice(0, LONGEST_KEY))));
}

type Issue = z.core.$ZodRawIssue;

/** The message for an issue of zod. A message that the schema itself gives takes precedence. */
function detailOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? missing(shapeWords(issue.inst)) : `must be ${kindWords(issue)}`;
    case 'invalid_value': {
      const wanted = `${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
      if (issue.input === undefined) return missing(wanted);
      return `must be ${wanted}; got ${shownValue(issue.input)}`;
    }
    case 'invalid_union':
      return issue.input === undefined ? missing(undefined) : 'is not valid';
    case 'too_small':
      return boundWords('at least', issue.minimum, issue.origin);
    case 'too_big':
      return boundWords('at most', issue.maximum, issue.origin);
    case 'unrecognized_keys':
      // The known fields: `faultsOf` makes a text about each unknown one.
      return issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape).join(SEPARATOR) : '';
    case 'invalid_format':
      if (issue.format === 'regex') return `must match ${issue.pattern}`;
      return issue.format in FORMATS ? `must be ${FORMATS[issue.format]}` : 'is not valid';
    default:
      return 'is not valid';
  }
}

function missing(wanted: string | undefined): string {
  return wanted === undefined ? 'is required' : `is required: ${wanted}`;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a JSON object',
  record: 'a JSON object',
  array: 'an array',
};

function kindWords({ expected, inst, input }: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidType>): string {
  const kind = KINDS[expected] ?? expected;
  const example = inst instanceof z.ZodObject ? exampleText(inst) : undefined;
  return example === undefined ? kind : `${kind} such as ${example}; got ${shownValue(input)}`;
}

function boundWords(side: 'at least' | 'at most', bound: number | bigint, origin: string): string {
  if (origin === 'array') return `must have ${side} ${bound} ${Number(bound) === 1 ? 'item' : 'items'}`;
  if (origin !== 'string') return `must be ${side} ${bound}`;
  if (side === 'at least' && bound === 1) return 'must not be empty';
  return `must have ${side} ${bound} characters`;
}
