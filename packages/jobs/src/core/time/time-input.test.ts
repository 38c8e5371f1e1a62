import { expect, it } from 'vitest';
import { timeText } from './time-input.ts';
import { parseTimestamp } from './timestamp.ts';

it('a Date, a Temporal.Instant and a text stand for the same instant', () => {
  const text = '2026-01-31T09:00:00.000Z';
  expect(timeText(text)).toBe(text);
  expect(timeText(new Date(text))).toBe(text);
  expect(timeText({ epochMilliseconds: Date.parse(text) })).toBe(text);
});

it.each([
  ['an invalid date', new Date(Number.NaN)],
  ['an instant after the year 9999', { epochMilliseconds: 8.64e15 }],
  ['an instant that is NaN', { epochMilliseconds: Number.NaN }],
])('%s is refused as a timestamp', (_what, time) => {
  expect(parseTimestamp(timeText(time))).toMatchObject({ ok: false });
});
