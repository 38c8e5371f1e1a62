import type { Page, Run } from '@greenvue/jobs/client';
import { expect, test, vi } from 'vitest';
import { exampleRun } from '../../../test/examples.ts';
import { FIRST, mergeFirstPage, refreshPage } from './run-pages.ts';

/** Runs with descending numbers. */
function page(from: number, to: number, next: string | null): Page<Run> {
  const data = Array.from({ length: from - to + 1 }, (_, at) => exampleRun({ id: String(from - at) }));
  return { data, next_cursor: next };
}

const ids = ({ data }: Page<Run>): string => data.map(({ id }) => id).join(' ');

test('new runs push no run off the list, and the next page starts at the same place', () => {
  const both = mergeFirstPage(page(5, 2, 'behind 2'), page(7, 4, 'behind 4'));
  expect(ids(both)).toBe('7 6 5 4 3 2');
  expect(both.next_cursor).toBe('behind 2');
});

test('a page of a search stays a part of it while new runs arrive', () => {
  const known = { ...page(5, 2, 'behind 2'), is_partial: true };
  const both = mergeFirstPage(known, { ...page(7, 4, 'behind 4'), is_partial: false });
  expect(both).toMatchObject({ next_cursor: 'behind 2', is_partial: true });
});

test('a fresh run replaces the known one', () => {
  const known = {
    ...page(5, 4, 'a'),
    data: [exampleRun({ id: '5', status: 'running' }), exampleRun({ id: '4' })],
  };
  expect(mergeFirstPage(known, page(5, 4, 'a')).data[0]?.status).toBe('succeeded');
});

test.each<[string, Page<Run>, Page<Run>]>([
  ['more have come than a page holds', page(5, 2, 'a'), page(20, 17, 'b')],
  ['the list has an end there', page(5, 2, 'a'), page(6, 4, null)],
  ['nothing is there any more', page(5, 2, 'a'), page(0, 1, null)],
  ['it has grown too long', page(2_000, 900, 'a'), page(2_001, 1_990, 'b')],
])('is read as it comes when %s', (_, known, fresh) => {
  expect(mergeFirstPage(known, fresh)).toBe(fresh);
});

test('is not merged if a kept run may have changed', () => {
  const known = {
    ...page(5, 3, 'a'),
    data: [...page(5, 4, '').data, exampleRun({ id: '3', status: 'running' })],
  };
  const fresh = page(6, 4, 'b');
  expect(mergeFirstPage(known, fresh)).toBe(fresh);
});

test('only the first page and pages with live runs are read again', async () => {
  const live = { ...page(3, 3, 'c'), data: [exampleRun({ id: '3', status: 'queued' })] };
  const known = { pages: [page(5, 4, 'b'), live, page(2, 1, 'd')], pageParams: [FIRST, 'b', 'c'] };
  const read = vi.fn(async () => page(9, 8, 'x'));
  const ask = (cursor: string) => refreshPage({ known, cursor, read });
  expect(await ask('c')).toBe(known.pages[2]);
  expect(read).not.toHaveBeenCalled();
  expect(ids(await ask('b'))).toBe('9 8');
  expect(ids(await ask(FIRST))).toBe('9 8');
  expect(ids(await ask('a cursor that is new'))).toBe('9 8');
  expect(read).toHaveBeenCalledTimes(3);
});
