import { expect, test } from 'vitest';
import { scopeKey } from './job-scope.ts';
import { scopedEvents } from './scoped-events.ts';

const scope = { idPrefix: 'acme-' };

test('the progress of a bulk command goes to callers with the bounds of its caller alone', () => {
  const filter = scopedEvents(scope, { isOwnJob: async () => true });
  const startedWith = (key: string | undefined) =>
    (['bulk.progress', 'bulk.finished'] as const).map((type) => filter({ id: 1, at: 0, type, scope: key }));
  expect(startedWith(scopeKey(scope))).toEqual([true, true]);
  expect(startedWith(scopeKey({ idPrefix: 'acme-1' }))).toEqual([false, false]);
  expect(startedWith(undefined)).toEqual([false, false]);
});
