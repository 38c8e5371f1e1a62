import { expect, it } from 'vitest';
import { errorsOf, progressOf } from './stored-run-json.ts';

const error = {
  attempt: 1,
  at: 5,
  reason: 'error',
  name: 'TypeError',
  message: 'fetch failed',
  causes: [{ depth: 1, name: 'Error', message: 'refused', code: 'ECONNREFUSED', stack: 'at x' }],
};

it('errors are read as they were written', () => {
  expect(errorsOf(JSON.stringify([error]))).toEqual([error]);
});

it.each<unknown>([
  7,
  null,
  {},
  { ...error, at: 'now' },
  { ...error, reason: 'odd' },
  { ...error, causes: [{}] },
])('an error that the engine can’t have written is left out: %j', (odd) => {
  expect(errorsOf(JSON.stringify([odd, error]))).toEqual([error]);
});

it.each(['{"half":', '7', '{}', 'null'])('stored text without errors returns none: %s', (text) => {
  expect(errorsOf(text)).toEqual([]);
  expect(progressOf(text)).toBeUndefined();
});

it('progress is read as it was written', () => {
  expect(progressOf('{"done":1,"total":2,"note":"half"}')).toEqual({ done: 1, total: 2, note: 'half' });
  expect(progressOf('{"done":1,"note":7}')).toBeUndefined();
});
