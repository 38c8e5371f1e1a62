import { expect, it } from 'vitest';
import { z } from 'zod';
import { z as mini } from 'zod/mini';
import { z as olderZod } from 'zod-4-2';
import { validate } from '../../core/job-types/payload-schema.ts';
import { issueWords } from './zod-words.ts';

type Case = readonly [words: string, schema: z.ZodType, value: unknown];

const CASES: readonly Case[] = [
  ['is required: a text', z.string().min(1), undefined],
  ['is required: a number', z.int(), undefined],
  ['is required: one of "eu", "us"', z.enum(['eu', 'us']), undefined],
  ['is required: 7', z.literal(7), undefined],
  ['is required', z.union([z.string(), z.number()]), undefined],
  ['is required', z.string().optional().nonoptional(), undefined],
  ['must be a text; got a number', z.string(), 7],
  ['must be a JSON object; got an array', z.object({}), []],
  ['must be a number; got null', z.number(), null],
  ['must be an array; got true', z.array(z.string()), true],
  ['must be a whole number', z.int(), 1.5],
  ['must be left out', z.never(), 1],
  ['must be a time such as 2030-01-31T12:00:00Z', z.coerce.date(), 'soon'],
  ['must be one of "eu", "us"', z.enum(['eu', 'us']), 'cn'],
  ['must have at least 1 character', z.string().min(1), ''],
  ['must have exactly 2 characters', z.string().length(2), 'a'],
  ['must have at most 2 items', z.array(z.int()).max(2), [1, 2, 3]],
  ['must be more than 3', z.number().gt(3), 3],
  ['must be at most 9', z.number().max(9), 10],
  ['must be a multiple of 5', z.number().multipleOf(5), 7],
  ['must be a valid email address such as ada@example.com', z.email(), 'x'],
  ['must be a valid ISO datetime such as 2030-01-31T12:00:00Z', z.iso.datetime(), 'x'],
  ['must be a valid IPv4 address such as 192.0.2.1', z.ipv4(), 'x'],
  ['must be a valid sku', z.stringFormat('sku', /^s/), 'x'],
  ['must match /^[a-z]+$/', z.string().regex(/^[a-z]+$/), '7'],
  ['must start with "eu-"', z.string().startsWith('eu-'), 'us-1'],
  ['must end with "-1"', z.string().endsWith('-1'), 'us-2'],
  ['must contain "-"', z.string().includes('-'), 'us'],
  ['has unknown keys, which must be left out: "b\\u200e"', z.strictObject({}), { 'b\u200e': 1 }],
  [
    'has a key that is not valid: it must have at most 1 character',
    z.record(z.string().max(1), z.int()),
    { ab: 1 },
  ],
  [
    'fits none of the alternatives: must be a text; got true; or must be a number; got true',
    z.union([z.string(), z.number()]),
    true,
  ],
  [
    'fits none of the alternatives: days is required: a number; or hours is required: a number',
    z.union([z.object({ days: z.int() }), z.object({ hours: z.int() })]),
    {},
  ],
  [
    'fits more than one alternative of the job type; it must fit exactly one',
    z.xor([z.string(), z.email()]),
    'a@b.io',
  ],
  ['is not a value that the job type accepts', z.string().refine(() => false), 'x'],
  ['must be before the end', z.string().refine(() => false, 'must be before the end'), 'x'],
  ['Send the name.', z.string('Send the name.'), undefined],
];

it.each(CASES)('says "%s"', (words, schema, value) => {
  const payload = value === undefined ? {} : { field: value };
  const issues = validate(z.object({ field: schema }), payload).issues ?? [];
  expect(issues.map((issue) => issueWords(issue, payload))).toEqual([words]);
});

it('names the kinds of a discriminated union', () => {
  const kinds = z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('a') }),
    z.object({ kind: z.literal('b') }),
  ]);
  const words = (payload: object) =>
    validate(kinds, payload).issues?.map((issue) => issueWords(issue, payload));
  expect(words({ kind: 'c' })).toEqual(['must be one of "a", "b"']);
  expect(words({})).toEqual(['is required: one of "a", "b"']);
});

it('speaks for zod 4.2 and zod/mini, too', () => {
  const older = olderZod.object({ name: olderZod.string(), days: olderZod.int().max(3) });
  const payload = { days: 7 };
  const wordsOf = (schema: Parameters<typeof validate>[0]) =>
    validate(schema, payload).issues?.map((issue) => issueWords(issue, payload));
  expect(wordsOf(older as never)).toEqual(['is required: a text', 'must be at most 3']);
  const small = mini.object({ name: mini.string(), days: mini.int().check(mini.maximum(3)) });
  expect(wordsOf(small as never)).toEqual(['is required: a text', 'must be at most 3']);
});

it('escapes what a terminal would obey in a message of any library', () => {
  expect(issueWords({ message: 'was "a\u009b31m"' }, {})).toBe('was "a\\u009b31m"');
});
