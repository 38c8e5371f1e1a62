import { expect, test } from 'vitest';
import { isHeld } from './is-held.ts';

const at = '2026-01-31T09:00:00.000Z';

test('a pause of all jobs holds the runs before its end, and all runs if it has no end', () => {
  expect(isHeld(at, null)).toBe(false);
  expect(isHeld(at, { until: null })).toBe(true);
  expect(isHeld(at, { until: '2026-01-31T09:00:01.000Z' })).toBe(true);
  expect(isHeld(at, { until: at })).toBe(false);
});
