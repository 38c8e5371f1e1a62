import { expect, test } from 'vitest';
import { keepLook, readLook, toggledColumn, withLook } from './look.ts';

const KNOWN = [
  { id: 'type', label: 'Type', isUsual: true },
  { id: 'health', label: 'Health', isUsual: true },
  { id: 'created', label: 'Created', isUsual: false },
];

test('the URL has the columns and the height of the rows, and unknown columns are ignored', () => {
  const look = { columns: ['type', 'created'], isCompact: true };
  const query = withLook('q=mail', look);
  expect(query).toBe('q=mail&columns=type,created&rows=compact');
  expect(readLook(`?${query}`, KNOWN)).toEqual(look);
  expect(readLook('?columns=created,none,type', KNOWN).columns).toEqual(['type', 'created']);
  expect(readLook('?columns=', KNOWN).columns).toEqual([]);
});

test('a URL without a look leaves it open; one with normal rows says so', () => {
  expect(readLook('?q=mail&rows=huge', KNOWN)).toEqual({ columns: undefined, isCompact: undefined });
  const query = withLook('columns=type', { columns: undefined, isCompact: false });
  expect(query).toBe('rows=normal');
  expect(readLook(query, KNOWN)).toEqual({ columns: undefined, isCompact: false });
});

test('other filters keep the look', () => {
  expect(keepLook('status=paused', '?q=mail&columns=type&rows=compact')).toBe(
    'status=paused&columns=type&rows=compact',
  );
  expect(keepLook('', '?q=mail')).toBe('');
});

test('a column is shown or hidden, beginning with the usual ones, in the order of the table', () => {
  expect(toggledColumn(KNOWN, undefined, 'created')).toEqual(['type', 'health', 'created']);
  expect(toggledColumn(KNOWN, ['created', 'type'], 'type')).toEqual(['created']);
});
