import { describe, expect, test } from 'vitest';
import { spaceRows, withRow } from './rows-to-draw.ts';

const RANGE = { startIndex: 10, endIndex: 12, overscan: 1, count: 100 };

describe('the rows of a range', () => {
  test('include the active row, wherever it is', () => {
    expect(withRow(RANGE, 3)).toEqual([3, 9, 10, 11, 12, 13]);
    expect(withRow(RANGE, 50)).toEqual([9, 10, 11, 12, 13, 50]);
    expect(withRow(RANGE, 11)).toEqual([9, 10, 11, 12, 13]);
  });

  test('contain no row that does not exist', () => {
    expect(withRow(RANGE, -1)).toEqual([9, 10, 11, 12, 13]);
    expect(withRow(RANGE, 100)).toEqual([9, 10, 11, 12, 13]);
  });
});

describe('the space between rows', () => {
  test('replaces rows that are not rendered, and adds up to the total height', () => {
    const placed = [
      { index: 3, start: 210, end: 270 },
      { index: 9, start: 600, end: 660 },
      { index: 10, start: 660, end: 720 },
    ];
    const { rows, below } = spaceRows(placed, { from: 40, to: 6_040 });
    expect(rows).toEqual([
      { row: 3, gap: 170 },
      { row: 9, gap: 330 },
      { row: 10, gap: 0 },
    ]);
    expect(below).toBe(5_320);
    expect(170 + 60 + 330 + 120 + below).toBe(6_000);
  });

  test('is the total height if no row is rendered', () => {
    expect(spaceRows([], { from: 40, to: 640 })).toEqual({ rows: [], below: 600 });
  });
});
