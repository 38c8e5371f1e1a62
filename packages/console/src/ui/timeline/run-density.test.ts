import { expect, test } from 'vitest';
import { type DrawnRun, densityOf } from './run-density.ts';

const bar = (x: number, width: number, status: DrawnRun['run']['status'] = 'succeeded'): DrawnRun => ({
  run: { status },
  kind: 'bar',
  bar: { x, width },
});

test('runs that have room for a bar each are drawn as bars', () => {
  expect(densityOf([bar(0, 3), bar(20, 3), bar(40, 30)], 100)).toBeUndefined();
});

test('runs that would cover each other are counted, by status', () => {
  const density = densityOf([...Array.from({ length: 9 }, () => bar(17, 3)), bar(18, 3, 'failed')], 100);
  expect(density).toEqual({
    most: 10,
    columns: [
      {
        x: 16,
        total: 10,
        counts: new Map([
          ['succeeded', 9],
          ['failed', 1],
        ]),
      },
    ],
  });
});

test('a long run counts in each column that it reaches into', () => {
  const density = densityOf([bar(0, 20), ...Array.from({ length: 6 }, () => bar(1, 3))], 100);
  expect(density?.columns.map(({ x, total }) => [x, total])).toEqual([
    [0, 7],
    [8, 1],
    [16, 1],
  ]);
});
