import { describe, expect, test } from 'vitest';
import { exampleJob } from '../../../test/examples.ts';
import { type JobMark, markOf } from '../../data/job-mark.ts';
import {
  addJobs,
  EMPTY_SELECTION,
  removeJobs,
  type Selection,
  selectedJobs,
  selectedOf,
  toggle,
  toggleAll,
  toggleRange,
} from './selection.ts';

const ROWS: readonly JobMark[] = ['a', 'b', 'c', 'd', 'e'].map((id) =>
  markOf(exampleJob({ id, uid: `uid-${id}` })),
);

function rows(...ids: string[]): readonly JobMark[] {
  return ROWS.filter(({ id }) => ids.includes(id));
}

function only(jobs: readonly JobMark[]): Selection {
  return addJobs(EMPTY_SELECTION, jobs);
}

function ids(selection: Selection): string {
  return [...selection.keys()].sort().join('');
}

test('a click selects a row and the next one deselects it', () => {
  const [a] = rows('a');
  if (a === undefined) throw new Error('no row');
  const one = toggle(EMPTY_SELECTION, a);
  expect(ids(one)).toBe('a');
  expect(ids(toggle(one, a))).toBe('');
  expect(EMPTY_SELECTION.size).toBe(0);
});

describe('a range', () => {
  test('includes both ends, in either order', () => {
    const start = only(rows('b'));
    expect(ids(toggleRange(start, { rows: ROWS, from: 'b', to: 'd' }))).toBe('bcd');
    expect(ids(toggleRange(only(rows('d')), { rows: ROWS, from: 'd', to: 'b' }))).toBe('bcd');
  });

  test('deselects its rows if its end was selected', () => {
    expect(ids(toggleRange(only(ROWS), { rows: ROWS, from: 'b', to: 'd' }))).toBe('ae');
  });

  test('keeps the selection outside of it', () => {
    expect(ids(toggleRange(only(rows('a')), { rows: ROWS, from: 'c', to: 'd' }))).toBe('acd');
  });

  test('without a start is one row', () => {
    expect(ids(toggleRange(EMPTY_SELECTION, { rows: ROWS, from: undefined, to: 'c' }))).toBe('c');
    expect(ids(toggleRange(EMPTY_SELECTION, { rows: ROWS, from: 'gone', to: 'c' }))).toBe('c');
    expect(toggleRange(EMPTY_SELECTION, { rows: ROWS, from: 'a', to: 'gone' })).toBe(EMPTY_SELECTION);
  });
});

describe('the checkbox above all rows', () => {
  test('shows none, some and all', () => {
    expect(selectedOf(EMPTY_SELECTION, ROWS)).toBe('none');
    expect(selectedOf(only(rows('a', 'b')), ROWS)).toBe('some');
    expect(selectedOf(only(ROWS), ROWS)).toBe('all');
    expect(selectedOf(only(rows('a')), [])).toBe('none');
    expect(selectedOf(only(rows('a')), rows('b', 'c'))).toBe('none');
  });

  test('selects all rows unless all are selected', () => {
    expect(ids(toggleAll(only(rows('a')), ROWS))).toBe('abcde');
    expect(ids(toggleAll(only(ROWS), ROWS))).toBe('');
    expect(ids(toggleAll(only(ROWS), rows('a', 'b')))).toBe('cde');
  });
});

describe('a selected job', () => {
  test('has the version that the table knows', () => {
    const renamed = ROWS.map((row) => ({ ...row, version: 2, name: 'New' }));
    expect(selectedJobs(only(rows('c', 'd')), renamed).map(({ version }) => version)).toEqual([2, 2]);
  });

  test('is not another job under the same id', () => {
    const recreated = ROWS.map((row) => ({ ...row, uid: `${row.uid}-recreated` }));
    expect(selectedJobs(only(rows('c')), recreated).map(({ uid }) => uid)).toEqual(['uid-c']);
  });

  test('stays selected when its row is no longer shown', () => {
    expect(selectedJobs(only(rows('c')), []).map(({ id }) => id)).toEqual(['c']);
  });
});

test('finished jobs are deselected and the rest stay selected', () => {
  expect(ids(removeJobs(only(ROWS), rows('a', 'c')))).toBe('bde');
});
