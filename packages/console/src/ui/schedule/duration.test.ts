import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { durationText, leftText, relativeText, sinceText } from './duration.ts';

describe('a duration', () => {
  test.each([
    [0, '0 ms'],
    [850, '850 ms'],
    [999.4, '999 ms'],
    [1_000, '1 s'],
    [1_240, '1.2 s'],
    [9_949, '9.9 s'],
    [12_400, '12 s'],
    [59_400, '59 s'],
    [59_600, '1 min'],
    [184_000, '3 min 4 s'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [273_600_000, '3 d 4 h'],
    [-1_500, '-1.5 s'],
    [Number.NaN, '–'],
  ])('%d ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  test('never shows a full unit such as 60 s', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 ** 10 }), (ms) => {
        expect(durationText(ms)).not.toMatch(/\b(60 s|60 min|24 h)\b/);
      }),
    );
  });

  test('is the time between two instants', () => {
    expect(sinceText('2026-01-01T00:00:00.000Z', '2026-01-01T00:03:04.000Z')).toBe('3 min 4 s');
    // When two clocks differ, an end can come before its start.
    expect(sinceText('2026-01-01T00:00:01.000Z', '2026-01-01T00:00:00.000Z')).toBe('0 ms');
  });
});

test.each([
  [0, 'just now'],
  [999, 'just now'],
  [-42_000, '42 s ago'],
  [200_000, 'in 3 min'],
  [-90_000_000, '1 d ago'],
])('a time %d ms from now is %s', (gap, text) => {
  expect(relativeText(1_000_000_000 + gap, 1_000_000_000)).toBe(text);
});

test.each([
  [-400, 'due'],
  [0, 'due'],
  [400, 'for 0 s'],
  [42_900, 'for 42 s'],
  [272_000, 'for 4 min 32 s'],
  [183_600_000, 'for 2 d 3 h'],
])('what is left of %d ms is %s', (ms, text) => {
  expect(leftText(ms, { lead: 'for ', over: 'due' })).toBe(text);
});
