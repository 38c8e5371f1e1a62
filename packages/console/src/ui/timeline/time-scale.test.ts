import { describe, expect, test } from 'vitest';
import { timeTicks } from './time-scale.ts';

const FROM = Date.parse('2026-01-31T09:00:00Z');

describe('ticks', () => {
  const HOUR = 3_600_000;

  test('are round instants, and no more than fit', () => {
    const ticks = timeTicks({ from: FROM + 61_000, to: FROM + 61_000 + HOUR }, { most: 8, offsetMs: 0 });
    expect(ticks.map((tick) => new Date(tick).toISOString().slice(11, 16))).toEqual([
      '09:10',
      '09:20',
      '09:30',
      '09:40',
      '09:50',
      '10:00',
    ]);
  });

  test("of days are at the viewer's midnight", () => {
    const day = 24 * HOUR;
    const ticks = timeTicks({ from: FROM, to: FROM + 4 * day }, { most: 5, offsetMs: HOUR });
    expect(ticks.map((tick) => new Date(tick).toISOString().slice(11, 16))).toEqual([
      '23:00',
      '23:00',
      '23:00',
      '23:00',
    ]);
  });

  test('of a short time are seconds apart', () => {
    const ticks = timeTicks({ from: FROM + 500, to: FROM + 10_500 }, { most: 5, offsetMs: 0 });
    expect(ticks.map((tick) => (tick - FROM) / 1_000)).toEqual([2, 4, 6, 8, 10]);
  });
});
