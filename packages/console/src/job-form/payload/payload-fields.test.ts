import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { payloadField } from './payload-fields.ts';
import { type Field, initialValue } from './payload-model.ts';

/** The field of one part, from a schema as the server writes it. */
function fieldFor(part: z.ZodType): Field {
  const root = payloadField(z.toJSONSchema(z.strictObject({ part }), { io: 'input' }));
  const member = root.kind === 'object' ? root.members[0] : undefined;
  if (member === undefined) throw new Error('The payload must be an object.');
  return member.field;
}

function isRequired(part: z.ZodType): boolean | undefined {
  const root = payloadField(z.toJSONSchema(z.strictObject({ part }), { io: 'input' }));
  return root.kind === 'object' ? root.members[0]?.isRequired : undefined;
}

describe('the field for', () => {
  test.each<[string, z.ZodType, object]>([
    ['a text', z.string(), { kind: 'text', isLong: true }],
    ['a short text', z.string().min(2).max(40), { kind: 'text', isLong: false, minLength: 2, maxLength: 40 }],
    ['a pattern', z.string().regex(/^[a-z]+$/), { kind: 'text', isLong: false, pattern: '^[a-z]+$' }],
    ['an e-mail address', z.email(), { kind: 'text', format: 'email', pattern: undefined, isLong: false }],
    ['an address', z.url(), { kind: 'text', format: 'uri' }],
    ['a time', z.iso.datetime(), { kind: 'text', format: 'date-time' }],
    ['an integer', z.int(), { kind: 'number', isWhole: true, min: undefined, max: undefined }],
    ['an integer in bounds', z.int().min(1).max(90), { kind: 'number', isWhole: true, min: 1, max: 90 }],
    ['a number above', z.number().positive(), { kind: 'number', isWhole: false, above: 0 }],
    ['a number in steps', z.number().multipleOf(5), { kind: 'number', step: 5 }],
    ['a boolean', z.boolean(), { kind: 'yes_no' }],
    ['an enum', z.enum(['a', 'b']), { kind: 'choice', values: ['a', 'b'] }],
    ['literals', z.literal([1, 'a', true]), { kind: 'choice', values: [1, 'a', true] }],
    ['a union of literals', z.union([z.literal(1), z.literal(2)]), { kind: 'choice', values: [1, 2] }],
    ['a nullable enum', z.enum(['a']).nullable(), { kind: 'choice', values: ['a', null], isNullable: false }],
    ['a literal', z.literal('x'), { kind: 'fixed', value: 'x' }],
    ['a nullable text', z.string().max(9).nullable(), { kind: 'text', maxLength: 9, isNullable: true }],
    [
      'a list',
      z.array(z.int()).min(1).max(3),
      { kind: 'list', minItems: 1, maxItems: 3, item: { kind: 'number' } },
    ],
    [
      'an object',
      z.strictObject({ a: z.string().max(5) }),
      { kind: 'object', members: [{ key: 'a', isRequired: true }] },
    ],
    [
      'a list of objects',
      z.array(z.strictObject({ a: z.boolean() })),
      { kind: 'list', item: { kind: 'object' } },
    ],
  ])('%s', (_, schema, expected) => {
    expect(fieldFor(schema)).toMatchObject(expected);
  });

  test.each<[string, z.ZodType]>([
    ['a union', z.union([z.string(), z.int()])],
    [
      'a union of objects',
      z.discriminatedUnion('a', [z.strictObject({ a: z.literal(1) }), z.strictObject({ a: z.literal(2) })]),
    ],
    ['free keys', z.record(z.string(), z.int())],
    ['an object with a catch-all', z.object({ a: z.string() }).catchall(z.int())],
    ['a tuple', z.tuple([z.string(), z.int()])],
    ['anything', z.unknown()],
    ['a recursion', tree()],
  ])('%s is JSON', (_, schema) => {
    expect(fieldFor(schema)).toMatchObject({ kind: 'json' });
    expect(fieldFor(schema.nullable())).toMatchObject({ kind: 'json' });
  });

  test('patternProperties, several types and unknown keywords is JSON', () => {
    for (const schema of [
      { type: 'object', patternProperties: { '^a': {} }, additionalProperties: false },
      { type: ['string', 'integer'] },
      { type: 'color' },
      { allOf: [{ type: 'object' }, { type: 'object' }] },
      { type: 'object', properties: {}, allOf: [{ required: ['a'] }] },
      { enum: [{ a: 1 }] },
      true,
    ]) {
      expect(payloadField({ type: 'object', properties: { a: schema } })).toMatchObject({
        members: [{ field: { kind: 'json' } }],
      });
    }
  });

  test('a reference without recursion is its target', () => {
    const field = payloadField({
      $defs: { day: { type: 'integer', description: 'Of the month' } },
      type: 'object',
      properties: {
        day: { $ref: '#/$defs/day', description: 'When it is due' },
        other: { $ref: '#/$defs/none' },
      },
    });
    expect(field).toMatchObject({
      members: [
        { key: 'day', field: { kind: 'number', help: 'When it is due' } },
        { key: 'other', field: { kind: 'json' } },
      ],
    });
  });

  test('a type list with null is nullable', () => {
    expect(payloadField({ type: 'object', properties: { a: { type: ['integer', 'null'] } } })).toMatchObject({
      members: [{ field: { kind: 'number', isNullable: true } }],
    });
  });

  test('a recursive payload has a form, with JSON where it repeats', () => {
    const field = payloadField({
      type: 'object',
      properties: { name: { type: 'string' }, next: { $ref: '#' } },
      additionalProperties: false,
    });
    expect(field).toMatchObject({
      kind: 'object',
      members: [{ field: { kind: 'text' } }, { field: { kind: 'json' } }],
    });
  });
});

function tree(): z.ZodType {
  const node = z.strictObject({
    name: z.string(),
    get children() {
      return z.array(node);
    },
  });
  return node;
}

describe('the annotations of a schema', () => {
  test('title, description and default are kept, and outer ones win', () => {
    const schema = z.int().min(1).default(30).meta({ title: 'Days', description: 'How old' });
    expect(fieldFor(schema)).toMatchObject({ title: 'Days', help: 'How old', fallback: 30, min: 1 });
    expect(fieldFor(z.string().nullable().default(null))).toMatchObject({ isNullable: true, fallback: null });
  });

  test('optional fields and fields with a default are not required', () => {
    expect(isRequired(z.string())).toBe(true);
    expect(isRequired(z.string().default('a'))).toBe(false);
    expect(isRequired(z.string().optional())).toBe(false);
  });
});

describe('initialValue', () => {
  test('follows the schema and chooses nothing for the user', () => {
    const field = fieldFor(
      z.strictObject({
        days: z.int().default(30),
        name: z.string(),
        isSure: z.boolean(),
        kind: z.literal('mail'),
        to: z.array(z.string()),
        note: z.string().nullable(),
        inner: z.strictObject({ a: z.int().default(1), b: z.int() }),
        extra: z.strictObject({ a: z.int() }).optional(),
      }),
    );
    expect(initialValue(field, true)).toEqual({
      days: 30,
      kind: 'mail',
      to: [],
      note: null,
      inner: { a: 1 },
    });
    expect(initialValue(field, false)).toBeUndefined();
  });
});
