import { describe, expect, test } from 'vitest';
import { exampleJob } from '../../../test/examples.ts';
import {
  allRows,
  canBeRead,
  cursorAt,
  hasMore,
  type PageMarks,
  pageStarts,
  pagesInSight,
  placeOf,
  withJobsOnlyOf,
  withPage,
} from './page-marks.ts';

function page(from: number, count: number, next: string | null) {
  return {
    data: Array.from({ length: count }, (_, at) => exampleJob({ id: `job-${from + at}` })),
    next_cursor: next,
  };
}

/** Three pages of four jobs, and one of two. */
function fourPages(): PageMarks {
  let marks: PageMarks = [];
  marks = withPage(marks, 0, { cursor: undefined, page: page(0, 4, 'a') });
  marks = withPage(marks, 1, { cursor: 'a', page: page(4, 4, 'b') });
  marks = withPage(marks, 2, { cursor: 'b', page: page(8, 4, 'c') });
  return withPage(marks, 3, { cursor: 'c', page: page(12, 2, null) });
}

describe('pages read one after the other', () => {
  test('make one list', () => {
    const marks = fourPages();
    expect(allRows(marks).map(({ id }) => id)).toEqual(Array.from({ length: 14 }, (_, at) => `job-${at}`));
    expect(pageStarts(marks)).toEqual([0, 4, 8, 12, 14]);
    expect(hasMore(marks)).toBe(false);
    expect(hasMore(marks.slice(0, 3))).toBe(true);
    expect(hasMore([])).toBe(true);
  });

  test('are the same list when a page is added twice', () => {
    const again = page(4, 4, 'b');
    const marks = withPage(fourPages(), 1, { cursor: 'a', page: again });
    expect(withPage(marks, 1, { cursor: 'a', page: again })).toBe(marks);
  });

  test('keep their jobs only in sight, and never lose rows', () => {
    const marks = withJobsOnlyOf(fourPages(), [1, 2]);
    expect(marks.map(({ jobs }) => jobs?.length)).toEqual([undefined, 4, 4, undefined]);
    expect(allRows(marks)).toHaveLength(14);
    expect(withJobsOnlyOf(marks, [1, 2])).toBe(marks);
    expect(withPage(marks, 0, { cursor: undefined, page: page(0, 4, 'a') })[0]?.jobs).toHaveLength(4);
  });

  test('can be read only from a known cursor', () => {
    const marks = fourPages().slice(0, 2);
    expect([0, 1, 2, 3].map((index) => canBeRead(marks, index))).toEqual([true, true, true, false]);
    expect(canBeRead(fourPages(), 4)).toBe(false);
    expect(cursorAt(marks, 2)).toBe('b');
  });
});

describe('a page read again', () => {
  test('that ends at the same place does not change the others', () => {
    const before = fourPages();
    const marks = withPage(before, 1, { cursor: 'a', page: page(24, 4, 'b') });
    expect(marks.map((mark, index) => mark === before[index])).toEqual([true, false, true, true]);
    expect(marks[1]?.rows[0]?.id).toBe('job-24');
  });

  test('that ends elsewhere moves the start of the next page, whose rows stay until it is read', () => {
    const marks = withPage(fourPages(), 1, { cursor: 'a', page: page(4, 4, 'b2') });
    expect(cursorAt(marks, 2)).toBe('b2');
    expect(allRows(marks)).toHaveLength(14);
    const late = withPage(marks, 2, { cursor: 'b', page: page(8, 4, 'x') });
    expect(late).toBe(marks);
    expect(withPage(marks, 2, { cursor: 'b2', page: page(9, 4, 'c2') })[2]?.rows[0]?.id).toBe('job-9');
  });

  test('that is the last one now ends the list', () => {
    const marks = withPage(fourPages(), 1, { cursor: 'a', page: page(4, 1, null) });
    expect(marks).toHaveLength(2);
    expect(hasMore(marks)).toBe(false);
  });
});

test('a row is on the last page that starts at or before it', () => {
  const starts = pageStarts(fourPages());
  expect(placeOf(starts, 0)).toEqual({ page: 0, at: 0 });
  expect(placeOf(starts, 3)).toEqual({ page: 0, at: 3 });
  expect(placeOf(starts, 4)).toEqual({ page: 1, at: 0 });
  expect(placeOf(starts, 13)).toEqual({ page: 3, at: 1 });
  expect(placeOf(starts, 14)).toEqual({ page: 4, at: 0 });
});

describe('the pages in sight', () => {
  test('are those of the visible rows, and the next one when it is near', () => {
    const marks = fourPages();
    expect(pagesInSight(marks, { first: 0, last: 1 }, 1)).toEqual([0]);
    expect(pagesInSight(marks, { first: 0, last: 2 }, 2)).toEqual([0, 1]);
    expect(pagesInSight(marks, { first: 3, last: 9 }, 0)).toEqual([0, 1, 2]);
  });

  test('contain no page after the end and none with an unknown start', () => {
    expect(pagesInSight(fourPages(), { first: 12, last: 13 }, 50)).toEqual([3]);
    expect(pagesInSight(fourPages().slice(0, 2), { first: 6, last: 7 }, 50)).toEqual([1, 2]);
    expect(pagesInSight([], { first: 0, last: 0 }, 50)).toEqual([0]);
  });
});
