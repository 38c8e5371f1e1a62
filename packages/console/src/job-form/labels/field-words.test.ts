import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { payloadField } from '../payload/payload-fields.ts';
import { labelOf } from './field-labels.ts';
import { fieldHelp, fieldLabel } from './field-words.ts';

function helpOf(schema: z.ZodType): string {
  const root = payloadField(z.toJSONSchema(z.strictObject({ part: schema }), { io: 'input' }));
  const member = root.kind === 'object' ? root.members[0] : undefined;
  return member === undefined ? 'none' : fieldHelp(member.field);
}

test.each([
  ['days_old', 'Days old'],
  ['batchSize', 'Batch size'],
  ['fullReindex', 'Full reindex'],
  ['HTTP_url', 'Http url'],
  ['_', '_'],
])('the key %s is read as "%s"', (key, label) => {
  expect(fieldLabel(key, { title: undefined })).toBe(label);
  expect(fieldLabel(key, { title: 'A title' })).toBe('A title');
});

test.each<[z.ZodType, string]>([
  [z.int().min(1).default(30).describe('How old'), 'How old. A whole number of at least 1. Default: 30.'],
  [z.int().min(1).max(1_000), 'A whole number from 1 to 1000.'],
  [z.number().gt(0).lt(1), 'A number above 0 below 1.'],
  [
    z.string().min(2).max(40).describe('The subject!'),
    'The subject! At least 2 characters. At most 40 characters.',
  ],
  [z.string().nullable().default(null), 'Default: none (null).'],
  [z.boolean().default(false), 'Default: no.'],
  [z.array(z.int()).max(3).default([1, 2]), 'At most 3 items. Default: [ 1, 2 ].'],
  [z.email(), 'An e-mail address.'],
  [z.record(z.string(), z.int()), 'Enter JSON.'],
])('help, limits and the default are one text', (schema, help) => {
  expect(helpOf(schema)).toBe(help);
});

describe('a pointer', () => {
  const field = payloadField(
    z.toJSONSchema(
      z.strictObject({
        rules: z.array(z.strictObject({ days_old: z.int() })),
        'a/b': z.record(z.string(), z.int()),
      }),
      { io: 'input' },
    ),
  );

  test.each([
    ['/interval', 'Interval'],
    ['/payload', 'Payload'],
    ['/payload/rules/1/days_old', 'Rules › Item 2 › Days old'],
    ['/payload/a~1b', 'A/b'],
    ['/payload/none/1', 'none › 1'],
    ['/unheard_of', '/unheard_of'],
  ])('%s is called "%s"', (pointer, label) => {
    expect(labelOf(pointer, field)).toBe(label);
  });
});
