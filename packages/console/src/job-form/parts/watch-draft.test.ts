import { expect, test } from 'vitest';
import { NEW_WATCHING, readWatching, type WatchDraft } from './watch-draft.ts';

const read = (draft: Partial<WatchDraft>) => {
  const faults: { pointer: string; detail: string }[] = [];
  return { watching: readWatching({ ...NEW_WATCHING, ...draft }, faults), faults };
};

test('names are read between commas and blanks, sorted, each once', () => {
  expect(read({ tags: ' eu, billing  eu,' }).watching.tags).toEqual(['billing', 'eu']);
});

test('a budget without the number of runs means failures in a row', () => {
  const budget = { failures: '3', of_last: '' };
  expect(read({ budgetOf: 'job', budget }).watching.pauseAfter).toEqual({ failures: 3, of_last: 3 });
  expect(read({ budgetOf: 'type', budget }).watching.pauseAfter).toBeUndefined();
  expect(read({ budgetOf: 'none', budget }).watching.pauseAfter).toBe('none');
});

test('a budget needs a number of failures', () => {
  const pointersOf = (budget: WatchDraft['budget']) =>
    read({ budgetOf: 'job', budget }).faults.map(({ pointer }) => pointer);
  expect(pointersOf({ failures: '', of_last: '5' })).toEqual(['/pause_after/failures']);
  expect(pointersOf({ failures: 'many', of_last: 'x' })).toEqual([
    '/pause_after/failures',
    '/pause_after/of_last',
  ]);
});
