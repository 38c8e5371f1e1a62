import { expect, test } from 'vitest';
import { axisTimeText } from './axis-time-text.ts';

const seconds = (time: string): number => Date.parse(`2026-01-${time}Z`) / 1_000;

test.each([
  ['31T09:00:00', undefined, '09:00'],
  ['31T09:00:30', undefined, '09:00:30'],
  ['31T09:00:00', '31T08:00:00', '09:00'],
  ['31T00:00:00', '30T18:00:00', '31 Jan'],
  ['31T06:00:00', '30T18:00:00', '31 Jan 06:00'],
])('%s after %s is "%s"', (at, before, text) => {
  expect(axisTimeText(seconds(at), before === undefined ? undefined : seconds(before), 'utc')).toBe(text);
});
