import { expect, test } from 'vitest';
import { planFaults } from '../../../scripts/rehearsal/soak/faults.ts';
import { brokenRuns, brokenSlots, latenessOf } from '../../../scripts/rehearsal/soak/history-rules.ts';
import type { SeenRun } from '../../../scripts/rehearsal/soak/run-history.ts';
import { isFlat, type Point, trendOf } from '../../../scripts/rehearsal/soak/series.ts';

const BOUND = { absolute: 10, share: 0.1 };

/** A point every 5 s. */
const series = (valueAt: (n: number) => number, lifeOf: (n: number) => number = () => 1): readonly Point[] =>
  Array.from({ length: 300 }, (_, n) => ({ at: n * 5_000, value: valueAt(n), life: lifeOf(n) }));
const noise = (n: number) => ((n * 7_919) % 31) - 15;

test('a steady rise is not flat, however noisy the series is', () => {
  expect(isFlat(trendOf(series((n) => 100 + noise(n) + n / 10)), BOUND)).toBe(false);
});

test('noise, a fall, waves and a few outliers are flat', () => {
  expect(isFlat(trendOf(series((n) => 100 + noise(n))), BOUND)).toBe(true);
  expect(isFlat(trendOf(series((n) => 100 - n / 10)), BOUND)).toBe(true);
  expect(isFlat(trendOf(series((n) => 100 + (n % 40))), BOUND)).toBe(true);
  expect(isFlat(trendOf(series((n) => (n > 280 ? 1_000 : 100))), BOUND)).toBe(true);
});

test('a new process begins again: only points of one process are compared', () => {
  const leaks = series(
    (n) => (n % 100) / 2,
    (n) => Math.floor(n / 100),
  );
  expect(trendOf(leaks).rise).toBeGreaterThan(100);
});

const run = (over: Partial<SeenRun>): SeenRun => ({
  id: '1',
  status: 'succeeded',
  attempt: 1,
  recoveries: 0,
  scheduled_for: new Date(5_000),
  missed_from: null,
  started_at: new Date(5_040),
  ...over,
});

test('a slot without a row, and a slot with two rows, are found', () => {
  const row = (slot: number, from?: number) =>
    run({ scheduled_for: new Date(slot), missed_from: from === undefined ? null : new Date(from) });
  expect(brokenSlots('a', [row(10_000), row(5_000), row(25_000, 15_000)], 5_000)).toEqual([]);
  expect(brokenSlots('a', [row(5_000), row(15_000)], 5_000)).toHaveLength(1);
  expect(brokenSlots('a', [row(5_000), row(10_000), row(10_000)], 5_000)).toHaveLength(1);
});

test('a run that succeeded without work, and a run that arrived too often outside of faults, are found', () => {
  const arrived = (at: readonly number[]) => new Map([['1', { at: [...at], succeeded: at.length }]]);
  expect(brokenRuns([run({})], arrived([100]), [])).toEqual([]);
  expect(brokenRuns([run({})], new Map(), [])).toHaveLength(1);
  expect(brokenRuns([run({})], arrived([100, 200]), [])).toHaveLength(1);
  expect(brokenRuns([run({})], arrived([100, 200]), [{ from: 150, to: 250 }])).toEqual([]);
  expect(brokenRuns([run({ recoveries: 1 })], arrived([100, 200]), [])).toEqual([]);
});

test('lateness counts first attempts of slots, outside of faults', () => {
  expect(latenessOf([run({})], [])).toEqual([{ at: 5_000, ms: 40 }]);
  expect(latenessOf([run({})], [{ from: 4_000, to: 6_000 }])).toEqual([]);
  expect(latenessOf([run({ attempt: 2 }), run({ missed_from: new Date(0) })], [])).toEqual([]);
});

test('a seed gives the same faults each time, and one process lives until the end', () => {
  const plan = { store: 'sqlite', seed: 7, minutes: 60, warmUpMs: 1_200_000 } as const;
  expect(planFaults(plan)).toEqual(planFaults(plan));
  const ends = planFaults(plan).filter(({ name }) => name === 'kill' || name === 'deploy');
  expect(ends.length).toBeGreaterThan(0);
  expect(Math.max(...ends.map(({ atMs }) => atMs))).toBeLessThan(600_000);
  const onPostgres = planFaults({ ...plan, store: 'postgres' });
  expect(new Set(onPostgres.map(({ name }) => name)).size).toBe(9);
  const ended = onPostgres.filter(({ name }) => name === 'kill' || name === 'deploy');
  expect(ended.every(({ node }) => node === 0)).toBe(true);
});
