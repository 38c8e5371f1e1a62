import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from './cursor.ts';

describe('a cursor', () => {
  test('gives back the place that it was made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat().map(String), (value, key) => {
        fc.pre(!value.includes('\0'));
        const token = encodeCursor('jobs:name', { value, key });
        expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(decodeCursor('jobs:name', 'text', token)).toEqual({ value, key });
      }),
    );
  });

  test('is good for its own order alone', () => {
    const token = encodeCursor('jobs:next_run', { value: 5, key: '7' });
    expect(decodeCursor('jobs:next_run', 'number', token)).toEqual({ value: 5, key: '7' });
    expect(decodeCursor('jobs:-next_run', 'number', token)).toBeUndefined();
    expect(decodeCursor('jobs:next_run', 'text', token)).toBeUndefined();
  });

  test('may stand for a value that is absent', () => {
    const token = encodeCursor('jobs:last_run', { value: null, key: '7' });
    expect(decodeCursor('jobs:last_run', 'number', token)).toEqual({ value: null, key: '7' });
    expect(decodeCursor('jobs:last_run', 'text', token)).toBeUndefined();
  });

  test('of runs has the id of a run', () => {
    expect(decodeCursor('runs', 'run', encodeCursor('runs', { value: null, key: '17' }))?.key).toBe('17');
    expect(decodeCursor('runs', 'run', encodeCursor('runs', { value: null, key: 'x' }))).toBeUndefined();
  });

  test.each(['abc', 'a', '', '-1', '1.5', '1e3', '9'.repeat(16), '9'.repeat(19)])(
    'with the key %j is refused: no store has such keys',
    (key) => {
      expect(decodeCursor('jobs:id', 'text', encodeCursor('jobs:id', { value: 'a', key }))).toBeUndefined();
      expect(decodeCursor('runs', 'run', encodeCursor('runs', { value: null, key }))).toBeUndefined();
    },
  );

  test.each([0.5, 1e300, -1e300])('of times has none of %d', (value) => {
    const token = encodeCursor('jobs:next_run', { value, key: '7' });
    expect(decodeCursor('jobs:next_run', 'number', token)).toBeUndefined();
  });

  test('that the server did not create is refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json().map(btoaOf)), (token) => {
        expect(decodeCursor('jobs:id', 'text', token)).toBeUndefined();
      }),
    );
    for (const text of [
      '["jobs:id","a\\u0000","7"]',
      '["jobs:id","\\ud800","7"]',
      '["jobs:id","a"]',
      '{"0":"jobs:id"}',
    ]) {
      expect(decodeCursor('jobs:id', 'text', btoaOf(text))).toBeUndefined();
    }
    expect(decodeCursor('jobs:next_run', 'number', btoaOf('["jobs:next_run",1e999,"7"]'))).toBeUndefined();
  });
});

function btoaOf(text: string): string {
  return Buffer.from(text).toString('base64url');
}
