import { describe, expect, it } from 'vitest';
import { BUCKET_BOUNDS_MS, bucketOf, percentileMs, UNMEASURED } from '../../src/core/rules/run-measures.ts';

const WEEK_MS = 7 * 24 * 3_600_000;

// Promise P18, bounds.
describe('the buckets of durations', () => {
  it('reach from a millisecond to a week, each at most 30 % longer than the one before', () => {
    expect(BUCKET_BOUNDS_MS.at(0)).toBe(1);
    expect(BUCKET_BOUNDS_MS.at(-1)).toBe(WEEK_MS);
    for (const [n, bound] of BUCKET_BOUNDS_MS.entries()) {
      const before = BUCKET_BOUNDS_MS[n - 1] ?? 0;
      expect(bound).toBeGreaterThan(before);
      expect(bound).toBeLessThanOrEqual(Math.max(before + 1, before * 1.3));
    }
  });

  it('are what databases contain already: their number never changes', () => {
    expect(BUCKET_BOUNDS_MS).toHaveLength(78);
    expect([0, 1, 2, 100, 1_000, 60_000, 3_600_000].map(bucketOf)).toEqual([0, 0, 1, 17, 26, 42, 57]);
  });

  it('each duration is in the first bucket that reaches it', () => {
    for (const [n, bound] of BUCKET_BOUNDS_MS.entries()) {
      expect(bucketOf(bound)).toBe(n);
      expect(bucketOf(bound + 1)).toBe(Math.min(n + 1, BUCKET_BOUNDS_MS.length - 1));
    }
  });

  it('a clock that went back makes no negative duration, and a year counts as a week', () => {
    expect(bucketOf(-5_000)).toBe(0);
    expect(percentileMs(new Map([[bucketOf(365 * 24 * 3_600_000), 1]]), 0.5)).toBeGreaterThan(WEEK_MS * 0.85);
  });

  it('give percentiles that are at most 15 % from the exact value', () => {
    for (let ms = 1; ms < WEEK_MS; ms = Math.ceil(ms * 1.01)) {
      const found = percentileMs(new Map([[bucketOf(ms), 1]]), 0.95) ?? Number.NaN;
      expect(Math.abs(found - ms) / ms).toBeLessThan(0.15);
    }
  });

  it('runs without a duration have no percentile, and change none', () => {
    expect(percentileMs(new Map([[UNMEASURED, 9]]), 0.5)).toBeUndefined();
    const counts = new Map([
      [UNMEASURED, 1_000],
      [bucketOf(3), 60],
      [bucketOf(5), 40],
    ]);
    expect(percentileMs(counts, 0.5)).toBe(3);
    expect(percentileMs(counts, 0.95)).toBe(5);
  });
});
