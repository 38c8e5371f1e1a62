import { expect, test } from 'vitest';
import { exampleRun } from '../../../test/examples.ts';
import { durationTrend } from './duration-trend.ts';

const START = Date.parse('2026-01-31T09:00:00Z');

function took(index: number, seconds: number, fields: Parameters<typeof exampleRun>[0] = {}) {
  const from = START + index * 60_000;
  return exampleRun({
    id: String(index),
    started_at: new Date(from).toISOString(),
    finished_at: new Date(from + seconds * 1_000).toISOString(),
    ...fields,
  });
}

test('contains succeeded and failed runs, oldest first', () => {
  const runs = [
    took(4, 9, { status: 'cancelled' }),
    took(3, 3, { status: 'failed' }),
    took(2, 0, { status: 'skipped', started_at: null }),
    took(1, 1),
    took(5, 0, { status: 'running', finished_at: null }),
  ];
  const points = durationTrend(runs)?.points.map(({ run, tookMs, failed }) => [run.id, tookMs, failed]);
  expect(points).toEqual([
    ['1', 1_000, false],
    ['3', 3_000, true],
  ]);
});

test('shows measured percentiles', () => {
  const runs = Array.from({ length: 100 }, (_, index) => took(index, index + 1));
  expect(durationTrend(runs)).toMatchObject({ p50Ms: 50_000, p95Ms: 95_000, slowestMs: 100_000 });
});

test('of one run has that run for every percentile', () => {
  expect(durationTrend([took(0, 7)])).toMatchObject({ p50Ms: 7_000, p95Ms: 7_000, slowestMs: 7_000 });
});

test('contains the newest 200 runs', () => {
  const runs = Array.from({ length: 250 }, (_, index) => took(index, index < 50 ? 1_000 : 1)).reverse();
  const trend = durationTrend(runs);
  expect(trend?.points).toHaveLength(200);
  expect(trend?.slowestMs).toBe(1_000);
});

test('has no negative duration when the clock jumped back', () => {
  expect(durationTrend([took(0, -5)])?.points[0]?.tookMs).toBe(0);
});

test('is undefined without runs', () => {
  expect(durationTrend([took(0, 1, { status: 'cancelled' })])).toBeUndefined();
});
