import { describe, expect, test } from 'vitest';
import {
  isFiltered,
  type JobFilters,
  nextSort,
  readFilters,
  searchText,
  sortParts,
  withChange,
  writeFilters,
} from './filters.ts';

describe('the query of a URL', () => {
  test('restores the filters that it was written from', () => {
    const all: readonly JobFilters[] = [
      { sort: 'id' },
      { q: 'mail & more?', sort: '-last_run' },
      {
        q: '<b>🧹</b> تنظيف',
        type: 'cleanup_expired_listings',
        tag: 'eu:west',
        status: 'paused',
        health: 'unhealthy',
        sort: 'name',
      },
    ];
    for (const filters of all) expect(readFilters(writeFilters(filters))).toEqual(filters);
  });

  test('is empty without filters', () => {
    expect(writeFilters({ sort: 'id' })).toBe('');
    expect(readFilters('')).toEqual({ sort: 'id' });
  });

  test('with unknown values means the same as without them', () => {
    expect(readFilters('status=sleeping&health=great&sort=-payload&page=7&q=&type=')).toEqual({ sort: 'id' });
    expect(readFilters('tag=Not%20a%20tag')).toEqual({ sort: 'id' });
    expect(readFilters('status=constructor&health=__proto__&sort=--id')).toEqual({ sort: 'id' });
  });

  test('keeps known values beside unknown ones', () => {
    expect(readFilters('status=paused&health=great')).toEqual({ status: 'paused', sort: 'id' });
  });

  test("is cut to the server's limit, but not inside a character", () => {
    expect(readFilters(`q=${'a'.repeat(500)}`).q).toBe('a'.repeat(200));
    expect(readFilters(`q=${'a'.repeat(199)}${encodeURIComponent('🧹')}`).q).toBe('a'.repeat(199));
    expect(readFilters('q=a%00b').q).toBe('ab');
    expect(readFilters('q=%20%20').q).toBeUndefined();
  });
});

test('a typed search loses characters that no job contains', () => {
  expect(searchText('  mail\uD800 & more ')).toBe('mail\uFFFD & more');
  expect(searchText('a\0b')).toBe('ab');
});

test('undefined removes a filter, and the order is no filter', () => {
  const filters = withChange({ q: 'mail', status: 'paused', sort: 'name' }, { q: undefined });
  expect(filters).toEqual({ status: 'paused', sort: 'name' });
  expect(isFiltered(filters)).toBe(true);
  expect(isFiltered(withChange(filters, { status: undefined }))).toBe(false);
});

describe('a click on a header', () => {
  test('sorts names ascending and past times newest first', () => {
    expect(nextSort('id', 'name')).toBe('name');
    expect(nextSort('id', 'next_run')).toBe('next_run');
    expect(nextSort('id', 'last_run')).toBe('-last_run');
    expect(nextSort('id', 'created_at')).toBe('-created_at');
  });

  test('again reverses the order', () => {
    expect(nextSort('name', 'name')).toBe('-name');
    expect(nextSort('-name', 'name')).toBe('name');
    expect(nextSort('-last_run', 'last_run')).toBe('last_run');
    expect(nextSort('last_run', 'last_run')).toBe('-last_run');
  });
});

test('a sort has a field and a direction', () => {
  expect(sortParts('-next_run')).toEqual({ field: 'next_run', isDescending: true });
  expect(sortParts('created_at')).toEqual({ field: 'created_at', isDescending: false });
});
