import { expect, test } from 'vitest';
import { minutePiles } from './minutes.ts';

test('minutes are stacked by outcome, oldest first', () => {
  const piles = minutePiles([
    {
      minute: '2026-01-01T00:01:00.000Z',
      started: 4,
      succeeded: 5,
      failed: 1,
      cancelled: 2,
      retried: 9,
      skipped: 3,
      lateness_p99_ms: 12,
    },
    {
      minute: '2026-01-01T00:00:00.000Z',
      started: 4,
      succeeded: 0,
      failed: 0,
      cancelled: 0,
      retried: 0,
      skipped: 0,
      lateness_p99_ms: null,
    },
  ]);
  expect(piles.seconds).toEqual([1_767_225_600, 1_767_225_660]);
  expect(piles.counts.succeeded).toEqual([0, 5]);
  expect(piles.tops).toEqual({ succeeded: [0, 5], skipped: [0, 8], cancelled: [0, 10], failed: [0, 11] });
  expect(piles.latenessMs).toEqual([null, 12]);
  expect(piles.retried).toEqual([0, 9]);
});

test('a server that sends no minutes gives empty charts', () => {
  expect(minutePiles(undefined).seconds).toEqual([]);
});
