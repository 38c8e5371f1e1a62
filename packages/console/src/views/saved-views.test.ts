import { expect, test } from 'vitest';
import { readViews, type View, viewHref, withoutView, withView, writeViews } from './saved-views.ts';

const MAIL: View = { list: 'jobs', name: 'Mail', query: 'q=mail' };

test('views are read back, and whatever else is stored is ignored', () => {
  expect(readViews(writeViews([MAIL]))).toEqual([MAIL]);
  expect(readViews(undefined)).toEqual([]);
  for (const broken of [
    '',
    '{',
    '{}',
    '[1, null, {"list": "jobs"}, {"list": "nodes", "name": "a", "query": ""}]',
  ])
    expect(readViews(broken)).toEqual([]);
});

test('a view with a known name replaces that one, in its own list only', () => {
  const runs: View = { ...MAIL, list: 'runs' };
  const changed = { ...MAIL, query: 'q=mails' };
  expect(withView([MAIL, runs], changed)).toEqual([runs, changed]);
  expect(withoutView([MAIL, runs], MAIL)).toEqual([runs]);
});

test('at most 100 views are kept, the newest ones', () => {
  const names = Array.from({ length: 101 }, (_, number) => `${number}`);
  const views = names.reduce<readonly View[]>((all, name) => withView(all, { ...MAIL, name }), []);
  expect([views.length, views[0]?.name, views.at(-1)?.name]).toEqual([100, '1', '100']);
});

test('a view is a link', () => {
  expect(viewHref(MAIL)).toBe('/jobs?q=mail');
  expect(viewHref({ list: 'runs', query: '' })).toBe('/runs');
});
