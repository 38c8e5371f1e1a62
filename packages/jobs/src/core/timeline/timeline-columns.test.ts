import { expect, test } from 'vitest';
import { columnsIn, columnsOf, timelineColumns } from './timeline-columns.ts';

const window = { from: 1_000, to: 2_050, stepMs: 100 };

test('a run counts in each column that it reaches into', () => {
  expect(columnsIn(window)).toBe(11);
  expect(columnsOf(window, 1_099, 1_100)).toEqual({ first: 0, last: 1 });
  expect(timelineColumns([{ first: 1, last: 2, status: 'failed', count: 2 }])).toEqual([
    { step: 1, counts: { failed: 2 } },
    { step: 2, counts: { failed: 2 } },
  ]);
});

test('times outside of the window count as its first or last column', () => {
  expect(columnsOf(window, 0, 9_000)).toEqual({ first: 0, last: 10 });
  expect(columnsOf({ ...window, to: 2_000 }, 1_500, 2_000)).toEqual({ first: 5, last: 9 });
});

test('a run that ends before it began, after a jump of the clock, has one column', () => {
  expect(columnsOf(window, 1_550, 1_250)).toEqual({ first: 5, last: 5 });
});
