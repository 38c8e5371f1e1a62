import { expect, test } from 'vitest';
import { distanceText, durationText, instantAndDistance, retryText } from './words.ts';

const NOW = Date.UTC(2026, 0, 31, 9);
const at = (ms: number): string => new Date(NOW + ms).toISOString();

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1_000, '1 s'],
  [3_240, '3.2 s'],
  [59_940, '59.9 s'],
  [59_999, '1 min'],
  [252_000, '4 min 12 s'],
  [7_200_000, '2 h'],
  [3 * 86_400_000 + 4 * 3_600_000 + 5, '3 d 4 h'],
])('%i ms is %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test('a time says how far it is', () => {
  expect(distanceText(at(252_900), NOW)).toBe('in 4 min 12 s');
  expect(distanceText(at(-1_500), NOW)).toBe('1 s ago');
  expect(distanceText(at(400), NOW)).toBe('now');
  expect(distanceText('nonsense', NOW)).toBe('never');
  expect(instantAndDistance(at(60_000), NOW)).toBe('2026-01-31 09:01:00Z (in 1 min)');
});

test.each([
  [20, 'retry now'],
  [-5, 'retry now'],
  [900, 'retry in 0.9 s'],
  [1_000, 'retry in 1 s'],
  [1_960, 'retry in 2 s'],
  [10_000, 'retry in 10 s'],
  [252_900, 'retry in 4 min 12 s'],
])('a retry %i ms from now is told without rounding its wait down to whole seconds', (ms, text) => {
  expect(retryText(at(ms), NOW)).toBe(text);
});
