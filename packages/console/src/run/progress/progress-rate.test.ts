import { describe, expect, test } from 'vitest';
import {
  type ProgressSample,
  percentOf,
  progressRate,
  rateText,
  stillSince,
  withSample,
} from './progress-rate.ts';

function sampled(...pairs: readonly (readonly [at: number, done: number])[]): readonly ProgressSample[] {
  return pairs.reduce<readonly ProgressSample[]>(
    (samples, [at, done]) => withSample(samples, { at: at * 1_000, done }),
    [],
  );
}

describe('the rate', () => {
  test('is the progress per time', () => {
    const rate = progressRate(sampled([0, 0], [1, 10], [2, 20]), 100, 2_000);
    expect(rate).toEqual({ perSecond: 10, leftMs: 8_000 });
  });

  test('has no time left without a total', () => {
    expect(progressRate(sampled([0, 0], [2, 20]), null, 2_000)).toEqual({ perSecond: 10, leftMs: undefined });
  });

  test('needs two samples with a distance', () => {
    expect(progressRate(sampled([0, 5]), 100, 1_000)).toBeUndefined();
    expect(progressRate(sampled([0, 5], [0.5, 6]), 100, 1_000)).toBeUndefined();
  });

  test('decreases while there is no progress', () => {
    const samples = sampled([0, 0], [1, 10], [2, 20]);
    const soon = progressRate(samples, 100, 2_500);
    const later = progressRate(samples, 100, 12_000);
    expect(soon?.perSecond).toBe(10);
    expect(later?.perSecond).toBeLessThan(5);
    expect(later?.leftMs).toBeGreaterThan(soon?.leftMs ?? 0);
  });

  test('counts down between two samples', () => {
    const samples = sampled([0, 0], [10, 10], [20, 20]);
    expect(progressRate(samples, 100, 20_000)?.leftMs).toBe(80_000);
    expect(progressRate(samples, 100, 25_000)?.leftMs).toBe(75_000);
  });

  test('never has a negative time left', () => {
    expect(progressRate(sampled([0, 0], [1, 120]), 100, 5_000)?.leftMs).toBe(0);
  });
});

describe('samples', () => {
  test('without progress are not kept', () => {
    expect(sampled([0, 1], [1, 1], [2, 2])).toHaveLength(2);
  });

  test('start again with another attempt', () => {
    expect(sampled([0, 50], [1, 60], [2, 5])).toEqual([{ at: 2_000, done: 5 }]);
  });

  test('are from the last minute', () => {
    expect(sampled([0, 0], [30, 30], [61, 61], [90, 90]).map(({ done }) => done)).toEqual([30, 61, 90]);
  });

  test('are bounded for quick progress', () => {
    const samples = Array.from({ length: 1_000 }, (_, index) => [index / 100, index] as const);
    expect(sampled(...samples).length).toBeLessThanOrEqual(120);
  });
});

test('a run without progress for long is stalled', () => {
  const samples = sampled([0, 0], [1, 10]);
  expect(stillSince(samples, 10_000)).toBeUndefined();
  expect(stillSince(samples, 20_000)).toBe(1_000);
});

test.each([
  [1_234.5, '1,235 a second'],
  [12, '12 a second'],
  [1.25, '1.3 a second'],
  [0.5, '30 a minute'],
  [0.01, '36 an hour'],
])('%d a second is "%s"', (perSecond, text) => {
  expect(rateText(perSecond)).toBe(text);
});

test.each([
  [{ done: 5, total: 10 }, 50],
  [{ done: 15, total: 10 }, 100],
  [{ done: -5, total: 10 }, 0],
  [{ done: 5, total: 0 }, undefined],
  [{ done: 5, total: null }, undefined],
])('%o is %s percent', (progress, percent) => {
  expect(percentOf(progress)).toBe(percent);
});
