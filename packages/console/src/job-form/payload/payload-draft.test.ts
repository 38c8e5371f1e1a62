import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { UNFINISHED } from '../../ui/instant/instant-draft.ts';
import {
  BLANK,
  isObject,
  type Json,
  type JsonObject,
  setAt,
  toJson,
  toJsonObject,
  UNFINISHED_TIME,
  type Value,
  written,
} from './json-value.ts';
import {
  asForm,
  asText,
  emptied,
  fits,
  initialItem,
  initialPayload,
  membersOf,
  type PayloadDraft,
  readNumber,
  readPayload,
  shownPointers,
} from './payload-draft.ts';
import { payloadField } from './payload-fields.ts';
import { UNKNOWN_FIELD } from './payload-model.ts';
import type { Path } from './pointer.ts';

const ROOT = ['payload'];
const FIELD = payloadField(
  z.toJSONSchema(
    z.strictObject({
      days: z.int().default(30),
      name: z.string().optional(),
      rules: z.array(z.strictObject({ a: z.int(), b: z.record(z.string(), z.int()) })),
      inner: z.strictObject({ note: z.string().nullable() }),
    }),
    { io: 'input' },
  ),
);

function form(value: Value): PayloadDraft {
  return { as: 'form', value };
}

function there(draft: PayloadDraft): PayloadDraft {
  return { as: 'json', text: asText(draft) };
}

function back(draft: PayloadDraft): PayloadDraft {
  const read = asForm(draft, ROOT);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return read.value;
}

const payloads = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => toJsonObject(value));

describe('a payload that goes from the form to JSON and back', () => {
  test('stays equal', () => {
    fc.assert(
      fc.property(payloads, (payload) => {
        const draft = back(there(form(payload)));
        expect(readPayload(draft, ROOT)).toEqual({ ok: true, value: payload });
        expect(readPayload(there(draft), ROOT)).toEqual({ ok: true, value: payload });
        expect(asText(there(draft))).toBe(asText(draft));
      }),
    );
  });

  test('stays equal while each number in it is being typed', () => {
    fc.assert(
      fc.property(payloads, (payload) => {
        const draft = form(rewritten(payload, 'number'));
        expect(readPayload(draft, ROOT)).toEqual({ ok: true, value: payload });
        expect(readPayload(there(draft), ROOT)).toEqual({ ok: true, value: payload });
      }),
    );
  });

  test('stays equal if a part of it is edited as JSON', () => {
    fc.assert(
      fc.property(payloads, (payload) => {
        const draft = form(rewritten(payload, 'json'));
        expect(readPayload(back(there(draft)), ROOT)).toEqual({ ok: true, value: payload });
      }),
    );
  });

  test('has an error for an incomplete time', () => {
    const draft = form({ days: 1, at: UNFINISHED_TIME });
    expect(readPayload(draft, ROOT)).toEqual({
      ok: false,
      faults: [{ pointer: '/payload/at', detail: UNFINISHED }],
    });
    expect(readPayload(there(draft), ROOT)).toMatchObject({ ok: false });
    const at = { ...UNKNOWN_FIELD, kind: 'text', format: 'date-time', pattern: undefined } as const;
    expect(fits({ ...at, minLength: undefined, maxLength: undefined, isLong: false }, UNFINISHED_TIME)).toBe(
      true,
    );
  });

  test('keeps invalid parts', () => {
    const draft = form({ days: written('3 weeks', 'number'), rules: written('[{ "a": 1, ]', 'json') });
    expect(asText(draft)).toContain('3 weeks');
    expect(asText(draft)).toContain('[{ "a": 1, ]');
    expect(asForm(there(draft), ROOT)).toMatchObject({ ok: false, faults: [{ pointer: '/payload' }] });
  });
});

/** The same value with its numbers, or its members, as texts being typed. */
function rewritten(value: JsonObject, as: 'number' | 'json'): Value {
  const part = (inner: Json): Value => {
    if (as === 'json') return written(` ${JSON.stringify(inner)} `, 'json');
    if (typeof inner === 'number') return written(String(inner), 'number');
    if (Array.isArray(inner)) return inner.map((item: Json) => part(item));
    return isObject(inner) ? rewritten(inner, as) : inner;
  };
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, part(inner)]));
}

describe('readPayload', () => {
  test('reports each invalid part at its place', () => {
    const draft = form({
      days: written('many', 'number'),
      rules: [{ a: BLANK, 'b/c': written('{', 'json') }],
    });
    expect(readPayload(draft, ROOT)).toEqual({
      ok: false,
      faults: [
        { pointer: '/payload/days', detail: 'must be a number' },
        { pointer: '/payload/rules/0/a', detail: 'is required' },
        {
          pointer: '/payload/rules/0/b~1c',
          detail: 'is not valid JSON: line 1, column 2: expected a name in double quotes',
        },
      ],
    });
  });

  test.each(['[]', '1', 'null'])('refuses %s, because it is no object', (text) => {
    expect(readPayload({ as: 'json', text }, ROOT)).toMatchObject({
      ok: false,
      faults: [{ pointer: '/payload' }],
    });
  });

  test('reads an empty text as an empty payload', () => {
    expect(readPayload({ as: 'json', text: ' \n' }, ROOT)).toEqual({ ok: true, value: {} });
  });
});

describe('a new payload', () => {
  test('starts with the defaults of the type', () => {
    expect(initialPayload(FIELD, { days: 7 })).toEqual(form({ days: 7 }));
    expect(initialPayload(FIELD, undefined)).toEqual(form({ days: 30, rules: [], inner: { note: null } }));
  });

  test('of a list starts with an editable item', () => {
    const item = (schema: z.ZodType) => {
      const list = payloadField(z.toJSONSchema(z.strictObject({ list: z.array(schema) }), { io: 'input' }));
      const member = list.kind === 'object' ? list.members[0]?.field : undefined;
      return member?.kind === 'list' ? initialItem(member.item) : undefined;
    };
    expect(item(z.string())).toBe('');
    expect(item(z.int())).toBe(BLANK);
    expect(item(z.int().default(3))).toBe(3);
    expect(item(z.strictObject({ a: z.int() }))).toEqual({});
  });
});

describe('what a control shows', () => {
  const at = (key: string) => {
    const member = FIELD.kind === 'object' ? FIELD.members.find((one) => one.key === key) : undefined;
    if (member === undefined) throw new Error(`There is no ${key}.`);
    return member.field;
  };

  test.each<[string, Value | undefined, boolean]>([
    ['days', 5, true],
    ['days', undefined, true],
    ['days', written('5.', 'number'), true],
    ['days', '5', false],
    ['days', null, false],
    ['name', 'x', true],
    ['name', 5, false],
    ['rules', [], true],
    ['rules', {}, false],
    ['inner', {}, true],
    ['inner', [], false],
    ['inner', written('{', 'json'), false],
  ])('%s takes %o: %s', (key, value, expected) => {
    expect(fits(at(key), value)).toBe(expected);
  });

  test('unknown keys come after the others', () => {
    const members = FIELD.kind === 'object' ? membersOf(FIELD.members, { extra: 1, days: 2 }) : [];
    expect(members.map(({ key, isKnown }) => [key, isKnown])).toEqual([
      ['days', true],
      ['name', true],
      ['rules', true],
      ['inner', true],
      ['extra', false],
    ]);
  });

  test('has a place for every error', () => {
    const value = { days: 1, rules: [{ a: 1, b: {} }, 'odd'], inner: { note: null }, extra: {} };
    expect(shownPointers(form(value), FIELD, ROOT)).toEqual([
      '/payload',
      '/payload/days',
      '/payload/name',
      '/payload/rules',
      '/payload/rules/0',
      '/payload/rules/0/a',
      '/payload/rules/0/b',
      '/payload/rules/1',
      '/payload/inner',
      '/payload/inner/note',
      '/payload/extra',
    ]);
    expect(shownPointers({ as: 'json', text: '' }, FIELD, ROOT)).toEqual(['/payload']);
  });
});

describe('an emptied text', () => {
  const of = (schema: z.ZodType) => {
    const root = payloadField(z.toJSONSchema(z.strictObject({ a: schema }), { io: 'input' }));
    const member = root.kind === 'object' ? root.members[0] : undefined;
    return member === undefined ? 'none' : emptied(member.field, member.isRequired);
  };

  test('is an empty text if it is required or has a default', () => {
    expect(of(z.string())).toBe('');
    expect(of(z.string().default('a'))).toBe('');
  });

  test('is absent if an empty text means nothing or would be refused', () => {
    expect(of(z.string().optional())).toBeUndefined();
    expect(of(z.email().default('a@example.com'))).toBeUndefined();
    expect(of(z.string().min(1).default('a'))).toBeUndefined();
  });
});

test.each<[string, number | undefined]>([
  ['5', 5],
  [' -5.50 ', -5.5],
  ['.5', 0.5],
  ['5.', 5],
  ['+5', 5],
  ['1e3', 1_000],
  ['007', 7],
  ['', undefined],
  ['-', undefined],
  ['0x10', undefined],
  ['1,5', undefined],
  ['1e999', undefined],
  ['Infinity', undefined],
])('%j is the number %o', (text, expected) => {
  expect(readNumber(text)).toBe(expected);
});

test('setting one key of a payload keeps the others', () => {
  const path: Path = ['rules', 0, 'a'];
  const value = toJson({ rules: [{ a: 1, b: {} }], days: 1 });
  expect(setAt(value, path, 2)).toEqual({ rules: [{ a: 2, b: {} }], days: 1 });
});
