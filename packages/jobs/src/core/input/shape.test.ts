import { describe, expect, it } from 'vitest';
import { faultsText } from './fault.ts';
import { alsoNamed, duration, finiteNumber, flag, oneOf, required, text, time, wholeNumber } from './rule.ts';
import { listOf, shape } from './shape.ts';

interface Example {
  readonly id: string;
  readonly interval?: string;
  readonly runAt?: string;
  readonly maxAttempts?: number;
  readonly overlap?: string;
  readonly inner?: { readonly share?: number; readonly 'a/b~c'?: boolean };
  readonly tags?: readonly string[];
}

const example = shape<Example>('an example such as { id: "a" }', {
  id: required(text({ min: 1, max: 5, like: 'a' })),
  interval: alsoNamed(duration, 'every'),
  runAt: time,
  maxAttempts: wholeNumber({ min: 1, max: 9 }),
  overlap: oneOf('skip', 'queue'),
  inner: shape<NonNullable<Example['inner']>>('{ share }', {
    share: finiteNumber({ min: 0, max: 1 }),
    'a/b~c': flag,
  }),
  tags: listOf('a list of texts', text({ max: 3 })),
});

const faultsOf = (value: unknown) =>
  example.faults(value).map(({ pointer, detail }): readonly [string, string] => [pointer, detail]);

describe('the rules of an input', () => {
  it('accept a valid one, with undefined for a field that is left out', () => {
    const full = {
      id: 'a',
      interval: '5m',
      maxAttempts: 3,
      overlap: 'skip',
      inner: { share: 0.5 },
      tags: ['b'],
    };
    expect(faultsOf(full)).toEqual([]);
    expect(faultsOf({ id: 'a', interval: undefined })).toEqual([]);
  });

  it.each([
    ['/id', 'is required: text of 1 to 5 characters, such as "a"', {}],
    ['/id', 'must be text of 1 to 5 characters, such as "a"; got ""', { id: '' }],
    ['/id', 'must be text of 1 to 5 characters, such as "a"; got null', { id: null }],
    ['/id', 'must not contain U+0000', { id: 'a\0' }],
    ['/id', 'must not contain a lone surrogate', { id: '\ud800' }],
    [
      '/interval',
      'must be a duration as text, such as "5m", "1h30m" or "24h"; got the number 1000. For 1000 milliseconds, write "1000ms"',
      { id: 'a', interval: 1000 },
    ],
    [
      '/interval',
      'must be a duration as text, such as "5m", "1h30m" or "24h"; got the number 60. For 60 seconds, write "60s"',
      { id: 'a', interval: 60 },
    ],
    [
      '/runAt',
      'must be a time: text such as "2030-01-31T09:00:00Z" (RFC 3339), a Date, or a Temporal.Instant; got an invalid Date',
      { id: 'a', runAt: new Date(Number.NaN) },
    ],
    ['/maxAttempts', 'must be a whole number from 1 to 9; got "3"', { id: 'a', maxAttempts: '3' }],
    ['/maxAttempts', 'must be a whole number from 1 to 9; got the number 1.5', { id: 'a', maxAttempts: 1.5 }],
    ['/overlap', 'must be one of "skip", "queue"; got "other"', { id: 'a', overlap: 'other' }],
    ['/inner', 'must be { share }; got an empty array', { id: 'a', inner: [] }],
    [
      '/inner/share',
      'must be a number from 0 to 1; got the number NaN',
      { id: 'a', inner: { share: Number.NaN } },
    ],
    ['/inner/a~1b~0c', 'must be true or false; got the number 1', { id: 'a', inner: { 'a/b~c': 1 } }],
    ['/tags', 'must be a list of texts; got an object', { id: 'a', tags: {} }],
    ['/tags/1', 'must be text of at most 3 characters; got "long"', { id: 'a', tags: ['b', 'long'] }],
    ['', 'must be an example such as { id: "a" }; got "a"', 'a'],
    ['', 'must be an example such as { id: "a" }; got a function', () => undefined],
  ])('say of %s: %s', (pointer, detail, value) => {
    expect(faultsOf(value)).toEqual([[pointer, detail]]);
  });

  it.each([
    ['max_attempts', 'maxAttempts'],
    ['MaxAttempts', 'maxAttempts'],
    ['maxAttempt', 'maxAttempts'],
    ['intervall', 'interval'],
    ['every', 'interval'],
    ['runta', 'runAt'],
  ])('name the field that %s means', (key, meant) => {
    expect(faultsOf({ id: 'a', [key]: 1 })).toEqual([[`/${key}`, `unknown field; did you mean ${meant}?`]]);
  });

  it('name all fields when an unknown one means none of them', () => {
    expect(faultsOf({ id: 'a', colour: 1 })).toEqual([
      ['/colour', 'unknown field; known ones are id, interval, runAt, maxAttempts, overlap, inner, tags'],
    ]);
    expect(faultsOf({ id: 'a', colour: undefined })).toEqual([]);
  });

  it('read an instance of a class by its accessors, and leave its other properties alone', () => {
    class Row {
      readonly tenant = 7;
      get id() {
        return 'a';
      }
    }
    expect(faultsOf(new Row())).toEqual([]);
  });

  it('give all faults at once, but at most 20', () => {
    expect(faultsOf({ id: 1, interval: 1, overlap: 1 }).map(([pointer]) => pointer)).toEqual([
      '/id',
      '/interval',
      '/overlap',
    ]);
    expect(faultsOf(Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`k${n}`, 1])))).toHaveLength(
      20,
    );
  });

  it('become one text with the paths as code writes them', () => {
    const faults = [
      { pointer: '/backoff/max', detail: 'is wrong' },
      { pointer: '', detail: 'a schedule is missing' },
    ];
    expect(faultsText(faults)).toBe('backoff.max: is wrong; a schedule is missing');
  });
});
