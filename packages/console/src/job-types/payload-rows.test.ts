import { expect, test } from 'vitest';
import { z } from 'zod';
import { payloadField } from '../job-form/payload/payload-fields.ts';
import { payloadRows } from './payload-rows.ts';

const rowsOf = (schema: z.ZodType) => payloadRows(payloadField(z.toJSONSchema(schema, { io: 'input' })));

test('lists each field with its kind, whether it is required, its default and its description', () => {
  const schema = z.object({
    to: z.email().describe('Who gets the report.'),
    batch_size: z.int().min(1).max(500).default(100),
    mode: z.enum(['full', 'changes']).optional(),
    tags: z.array(z.string()).nullable(),
    ratio: z.number().positive(),
  });
  expect(rowsOf(schema)).toEqual([
    { name: 'to', kind: 'email', isRequired: true, fallback: undefined, about: 'Who gets the report.' },
    {
      name: 'batch_size',
      kind: 'whole number, at least 1, at most 500',
      isRequired: false,
      fallback: '100',
      about: undefined,
    },
    { name: 'mode', kind: '"full" or "changes"', isRequired: false, fallback: undefined, about: undefined },
    {
      name: 'tags',
      kind: 'list of: text, or null',
      isRequired: true,
      fallback: undefined,
      about: undefined,
    },
    { name: 'ratio', kind: 'number, more than 0', isRequired: true, fallback: undefined, about: undefined },
  ]);
});

test('lists the fields of an object below it', () => {
  const rows = rowsOf(z.object({ bank: z.object({ id: z.int(), open: z.boolean() }) }));
  expect(rows.map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
    'bank: object',
    'bank.id: whole number',
    'bank.open: true or false',
  ]);
});

test('a payload that is not an object has no fields', () => {
  expect(rowsOf(z.union([z.string(), z.object({ id: z.string() })]))).toEqual([]);
});
