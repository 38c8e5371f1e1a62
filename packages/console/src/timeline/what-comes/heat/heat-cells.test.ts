import { expect, test } from 'vitest';
import {
  cellAfter,
  compactText,
  type HeatCell,
  heatDays,
  heatTable,
  LEVELS,
  type Step,
} from './heat-cells.ts';

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 0, 5, 12);

function step(at: number, runs: number, more: Partial<Step> = {}): Step {
  const start = new Date(at).toISOString();
  return { at: start, runs, busy_ms: runs, paused_runs: 0, quiet_at: start, clash: false, ...more };
}

const levels = (cells: readonly (HeatCell | undefined)[]) => cells.flatMap((cell) => cell?.level ?? []);

test('hours stand in the day and at the hour that contain them', () => {
  const steps = Array.from({ length: 24 }, (_, n) => step(NOON + n * HOUR, n));
  const days = heatDays(steps, 'utc');
  expect(days.map(({ label }) => label)).toEqual(['Mon 5 Jan', 'Tue 6 Jan']);
  expect(days[0]?.cells[11]).toBeUndefined();
  expect(days[0]?.cells[12]).toMatchObject({ at: NOON, runs: 0, level: 0 });
  expect(days[1]?.cells[11]).toMatchObject({ at: NOON + 23 * HOUR, runs: 23, level: LEVELS });
  expect(days[1]?.cells[12]).toBeUndefined();
});

test('one hour that is much larger leaves the others apart', () => {
  const steps = [0, 1, 50, 10_000].map((runs, n) => step(NOON + n * HOUR, runs));
  const [day] = heatDays(steps, 'utc');
  expect(levels(day?.cells ?? [])).toEqual([0, 1, 1, LEVELS]);
  const close = [100, 400, 900].map((runs, n) => step(NOON + n * HOUR, runs));
  expect(levels(heatDays(close, 'utc')[0]?.cells ?? [])).toEqual([2, 4, LEVELS]);
});

test('two steps in the same hour of the day are one cell, as where clocks go back', () => {
  const [day] = heatDays([step(NOON, 2), step(NOON, 3, { clash: true, paused_runs: 4 })], 'utc');
  expect(day?.cells[12]).toMatchObject({ at: NOON, hours: 2, runs: 5, pausedRuns: 4, hasClash: true });
});

test('numbers in a cell are short', () => {
  expect([0, 7, 999, 1_234, 120_000, 4_200_000].map(compactText)).toEqual([
    '0',
    '7',
    '999',
    '1.2K',
    '120K',
    '4.2M',
  ]);
});

test('arrow keys follow the drawing, and pass over hours outside of the window', () => {
  const days = heatDays(
    Array.from({ length: 48 }, (_, n) => step(NOON + n * HOUR, n)),
    'utc',
  );
  const wide = heatTable(days, false);
  const narrow = heatTable(days, true);
  expect([wide.rows.length, wide.columns.length]).toEqual([3, 24]);
  expect([narrow.rows.length, narrow.columns.length]).toEqual([24, 3]);
  expect(cellAfter(wide, NOON, 'ArrowRight')?.at).toBe(NOON + HOUR);
  expect(cellAfter(wide, NOON, 'ArrowDown')?.at).toBe(NOON + 24 * HOUR);
  expect(cellAfter(narrow, NOON, 'ArrowDown')?.at).toBe(NOON + HOUR);
  expect(cellAfter(narrow, NOON, 'ArrowRight')?.at).toBe(NOON + 24 * HOUR);
  expect(cellAfter(wide, NOON, 'ArrowLeft')).toBeUndefined();
  expect(cellAfter(wide, NOON, 'Home')?.at).toBe(NOON);
  expect(cellAfter(wide, NOON, 'End')?.at).toBe(NOON + 11 * HOUR);
  expect(cellAfter(wide, NOON, 'a')).toBeUndefined();
});
