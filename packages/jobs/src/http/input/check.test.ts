import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { checkInput } from './check.ts';
import { createJobBody, jobInput, patchJobBody } from './job-input.ts';

const schema = z.strictObject({
  name: z.string().min(2).max(3),
  count: z.int().min(1).max(9),
  share: z.number(),
  kind: z.enum(['a', 'b']),
  yes: z.boolean(),
  list: z.array(z.string()),
  one: z.literal('x'),
  few: z.array(z.int()).max(2).default([]),
  code: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default('ABC'),
  at: z.iso.datetime().default('2030-01-31T12:00:00Z'),
  email: z.email().default('a@example.com'),
  note: z.string().min(1).default('x'),
  inner: z.strictObject({ 'a/b~c': z.string() }),
});
const valid = {
  name: 'abc',
  count: 1,
  share: 0.5,
  kind: 'a',
  yes: true,
  list: [],
  one: 'x',
  inner: { 'a/b~c': '' },
};

function faultsOf(input: unknown) {
  const checked = checkInput(schema, input);
  return checked.ok ? [] : checked.faults.map(({ pointer, detail }) => [pointer, detail]);
}

describe('checkInput', () => {
  test('ends at the twentieth unknown field, before any other check', () => {
    let looks = 0;
    const counting = z.strictObject({
      name: z.string().refine(() => {
        looks += 1;
        return false;
      }),
    });
    const unknown = (fields: number) =>
      Object.fromEntries(Array.from({ length: fields }, (_, n) => [`k${n}`, n]));
    const faultsOf = (fields: number) => {
      const checked = checkInput(counting, { name: '', ...unknown(fields) });
      return checked.ok ? [] : checked.faults;
    };
    expect(faultsOf(9_000)).toHaveLength(20);
    expect(looks).toBe(0);
    expect(faultsOf(9_000)[0]).toEqual({ pointer: '/k0', detail: 'unknown field; known ones are name' });
    expect(faultsOf(2).map(({ pointer }) => pointer)).toEqual(['/name', '/k0', '/k1']);
    expect(checkInput(z.looseObject({}), unknown(20)).ok).toBe(true);
  });

  test('counts one item in the singular', () => {
    expect(checkInput(z.strictObject({ list: z.array(z.string()).min(1) }), { list: [] })).toMatchObject({
      faults: [{ pointer: '/list', detail: 'must have at least 1 item' }],
    });
  });

  test('says that an input without fields has none', () => {
    expect(checkInput(z.strictObject({}), { a: 1 })).toMatchObject({
      faults: [{ pointer: '/a', detail: 'unknown field; there are no fields here' }],
    });
  });

  test('gives the value when nothing is wrong', () => {
    expect(checkInput(schema, valid)).toMatchObject({ ok: true, value: valid });
  });

  test.each([
    ['/name', 'must be a string', { name: 1 }],
    ['/name', 'must have at least 2 characters', { name: 'a' }],
    ['/name', 'must have at most 3 characters', { name: 'abcd' }],
    ['/name', 'is required: a text of 2 to 3 characters', { name: undefined }],
    ['/count', 'must be a number', { count: '1' }],
    ['/count', 'must be a whole number', { count: 1.5 }],
    ['/count', 'must be at least 1', { count: 0 }],
    ['/count', 'must be at most 9', { count: 10 }],
    ['/share', 'must be a number', { share: Number.NaN }],
    ['/kind', 'must be one of a, b; got "c"', { kind: 'c' }],
    ['/count', 'is required: a whole number from 1 to 9', { count: undefined }],
    ['/share', 'is required: a number', { share: undefined }],
    ['/yes', 'is required: true or false', { yes: undefined }],
    ['/list', 'is required: an array, each item a text', { list: undefined }],
    ['/one', 'is required: x', { one: undefined }],
    ['/inner', 'is required: a JSON object; its fields are a/b~c', { inner: undefined }],
    ['/inner/a~1b~0c', 'is required: a text', { inner: {} }],
    ['/kind', 'is required: one of a, b', { kind: undefined }],
    ['/yes', 'must be true or false', { yes: 1 }],
    ['/list', 'must be an array', { list: {} }],
    ['/list/1', 'must be a string', { list: ['', 2] }],
    ['/one', 'must be x; got "y"', { one: 'y' }],
    ['/few', 'must have at most 2 items', { few: [1, 2, 3] }],
    ['/code', 'must match /^[A-Z]{3}$/', { code: 'abc' }],
    ['/at', 'must be a time such as 2030-01-31T12:00:00Z', { at: 'tomorrow' }],
    ['/email', 'must be an e-mail address', { email: 'nobody' }],
    ['/note', 'must not be empty', { note: '' }],
    ['/inner', 'must be a JSON object', { inner: [] }],
    ['/inner/a~1b~0c', 'must be a string', { inner: { 'a/b~c': 1 } }],
    ['/inner/d', 'unknown field; known ones are a/b~c', { inner: { 'a/b~c': '', d: 1 } }],
    ['/cuont', 'unknown field; did you mean count?', { cuont: 1 }],
    ['/inner/A_B_C', 'unknown field; did you mean a/b~c?', { inner: { 'a/b~c': '', A_B_C: 1 } }],
  ])('says of %s: %s', (pointer, detail, fields) => {
    expect(faultsOf({ ...valid, ...fields })).toEqual([[pointer, detail]]);
  });

  test('gives every fault at once, but at most 20', () => {
    expect(faultsOf({}).map(([pointer]) => pointer)).toHaveLength(8);
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`x${at}`, 1]));
    expect(faultsOf({ ...valid, ...many })).toHaveLength(20);
    expect(faultsOf({ ...valid, list: Array(1_000).fill(1) })).toHaveLength(20);
    expect(faultsOf({ ...valid, inner: { 'a/b~c': '', ...many } })).toHaveLength(20);
  });

  test('cuts a very long key in a pointer', () => {
    const [pointer = ''] = faultsOf({ ...valid, ['k'.repeat(10_000)]: 1 })[0] ?? [];
    expect(pointer.length).toBeLessThan(120);
  });
});

describe('the bodies of jobs', () => {
  test('say what to send for each missing field', () => {
    const only_if = {};
    const pause_after = { failures: undefined };
    expect(checkInput(createJobBody, { only_if, backoff: {}, pause_after, calendar: {} })).toEqual({
      ok: false,
      faults: [
        {
          pointer: '/id',
          detail: `is required: it must have 1 to 128 letters, digits, ".", "_" or "-", and begin with a letter or a digit, such as nightly-cleanup`,
        },
        { pointer: '/name', detail: 'is required: a text of 1 to 200 characters' },
        { pointer: '/type', detail: 'is required: a text of 1 to 100 characters' },
        { pointer: '/calendar/id', detail: 'is required: a text of 1 to 128 characters' },
        { pointer: '/calendar/mode', detail: 'is required: one of skip, move' },
        {
          pointer: '/only_if/job',
          detail: expect.stringMatching(/^is required: it must have 1 to 128 letters/),
        },
        {
          pointer: '/only_if/succeeded_within',
          detail: 'is required: a duration as text, such as "5m", "1h30m" or "24h"',
        },
        { pointer: '/pause_after', detail: expect.stringMatching(/^must be a failure budget such as/) },
      ],
    });
  });

  test('come in the names of the engine', () => {
    const body = createJobBody.parse({
      id: 'a',
      name: 'A',
      type: 't',
      interval: '5m',
      interval_mode: 'fixed_delay',
      start_at: '2030-01-01T00:00:00Z',
      max_attempts: 2,
      catch_up: 'skip',
    });
    expect(jobInput(body)).toMatchObject({
      id: 'a',
      interval: '5m',
      intervalMode: 'fixed_delay',
      startAt: '2030-01-01T00:00:00Z',
      maxAttempts: 2,
      catchUp: 'skip',
    });
  });

  test('say of a job without runs how to stop a job', () => {
    expect(checkInput(patchJobBody, { max_runs: 0 })).toEqual({
      ok: false,
      faults: [{ pointer: '/max_runs', detail: 'must be at least 1. To stop a job, pause it' }],
    });
  });

  test('of patches know null from absent', () => {
    const patch = patchJobBody.parse({ description: null });
    expect(patch.description).toBeNull();
    expect(patch).not.toHaveProperty('timeout');
  });
});
