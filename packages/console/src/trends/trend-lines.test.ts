import type { JobHistory } from '@greenvue/jobs/client';
import { expect, test } from 'vitest';
import { trendLines } from './trend-lines.ts';

const BUSY = {
  succeeded: 5,
  skipped: 1,
  cancelled: 2,
  failed: 3,
  success_rate: 5 / 8,
  duration_ms: { p50: 10, p95: 20 },
  failed_duration_ms: null,
  lateness_ms: { p50: 1, p95: 2 },
};
const QUIET = { ...BUSY, succeeded: 0, duration_ms: null, lateness_ms: null };
const HISTORY: JobHistory = {
  from: '2026-01-01T00:00:00.000Z',
  to: '2026-01-01T02:00:00.000Z',
  step: '1h',
  total: BUSY,
  steps: [
    { ...BUSY, from: '2026-01-01T00:00:00.000Z' },
    { ...QUIET, from: '2026-01-01T01:00:00.000Z' },
  ],
};

test('a bar ends on the sum of the outcomes up to its own, and each line has its own percentile', () => {
  const { seconds, stepSeconds, tops, ...lines } = trendLines(HISTORY);
  expect([seconds[1], stepSeconds]).toEqual([Date.UTC(2026, 0, 1, 1) / 1_000, 3_600]);
  expect(tops).toEqual({ succeeded: [5, 0], skipped: [6, 1], cancelled: [8, 3], failed: [11, 6] });
  expect(lines).toEqual({ p50Ms: [10, null], p95Ms: [20, null], latenessMs: [2, null] });
});

test('the length of an only step is the length of the range', () => {
  expect(trendLines({ ...HISTORY, steps: HISTORY.steps.slice(0, 1) }).stepSeconds).toBe(7_200);
});
