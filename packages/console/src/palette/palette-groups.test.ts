import { expect, test } from 'vitest';
import { fittingGroups, movedId, type PaletteItem } from './palette-groups.ts';

const item = (id: string, more: Partial<PaletteItem> = {}): PaletteItem => ({
  id,
  label: id,
  run: () => undefined,
  ...more,
});

const GROUPS = [
  { label: 'Go to', items: [item('Jobs'), item('Runs')] },
  { label: 'Actions', items: [item('New job'), item('Colors: dark', { words: 'theme look' })] },
];

const found = (typed: string) =>
  fittingGroups(GROUPS, typed).flatMap(({ items }) => items.map(({ id }) => id));

test('an item fits if it has each typed word somewhere, in any case', () => {
  expect(found('')).toEqual(['Jobs', 'Runs', 'New job', 'Colors: dark']);
  expect(found(' JOB ')).toEqual(['Jobs', 'New job']);
  expect(found('job new')).toEqual(['New job']);
  expect(found('theme dark')).toEqual(['Colors: dark']);
  expect(found('nothing')).toEqual([]);
});

test('groups without a fitting item are left out', () => {
  expect(fittingGroups(GROUPS, 'runs').map(({ label }) => label)).toEqual(['Go to']);
});

test('the arrows go around the ends, and begin at an end if the item is gone', () => {
  const items = ['a', 'b', 'c'].map((id) => item(id));
  expect(movedId(items, 'a', 1)).toBe('b');
  expect(movedId(items, 'c', 1)).toBe('a');
  expect(movedId(items, 'a', -1)).toBe('c');
  expect(movedId(items, 'gone', 1)).toBe('a');
  expect(movedId(items, undefined, -1)).toBe('c');
  expect(movedId([], undefined, 1)).toBeUndefined();
});
