import { ApiError, ConnectionError, type Fault } from '@greenvue/jobs/client';
import { expect, test } from 'vitest';
import { exampleRefusal } from '../../../test/examples.ts';
import { faultSentences, faultWords, isOfAnotherVersion } from './fault-words.ts';

const refusal = (status: number, detail = 'Detail.', faults: readonly Fault[] = []) =>
  exampleRefusal(status, { title: 'Title', detail, faults, requestId: 'r-1' });

test.each([400, 401, 403, 404, 409, 412, 422, 429, 500, 503])(
  'a %d has words of its own, and the server\u2019s',
  (status) => {
    const words = faultWords(refusal(status));
    expect(words.title.length).toBeGreaterThan(5);
    expect(words.advice).toMatch(/\.$/);
    expect(words).toMatchObject({ detail: 'Detail.', requestId: 'r-1' });
  },
);

test('no answer and an answer of something else have different texts', () => {
  const none = faultWords(new ConnectionError('no_answer', 'No answer.'));
  const foreign = faultWords(new ConnectionError('not_this_api', 'A page of a proxy.'));
  expect(none.title).toBe('The server does not answer');
  expect(foreign.title).not.toBe(none.title);
});

test.each([
  refusal(409),
  new ConnectionError('not_this_api', 'A page of a proxy.'),
  new TypeError('x is undefined'),
])('only what the server says is told as its words: %s', (error) => {
  const { lead, detail } = faultWords(error);
  expect(detail).toBe(error.message);
  expect(lead).toBe(error instanceof ApiError ? 'The server says: ' : undefined);
});

test('an unknown path or field means that the server has another version', () => {
  expect(isOfAnotherVersion(refusal(404, 'There is nothing at this path.'))).toBe(true);
  expect(isOfAnotherVersion(refusal(405))).toBe(true);
  const unknown = [{ pointer: '/recent_runs', detail: 'unknown field; known ones are q, sort' }];
  expect(isOfAnotherVersion(refusal(422, 'Not valid.', unknown))).toBe(true);
});

test('errors about a job or about input do not', () => {
  expect(isOfAnotherVersion(refusal(404, 'There is no job with this id.'))).toBe(false);
  expect(isOfAnotherVersion(refusal(422, 'Not valid.', [{ pointer: '/name', detail: 'is required' }]))).toBe(
    false,
  );
  expect(isOfAnotherVersion(new TypeError('x is undefined'))).toBe(false);
});

test('a refusal of a form names each field, and any other error says why', () => {
  const faults = [
    { pointer: '/name', detail: 'must not be empty' },
    { pointer: '/id', detail: 'is taken' },
  ];
  const labelOf = (pointer: string) => (pointer === '/id' ? 'The id' : 'The name');
  expect(faultSentences(refusal(422, 'Not valid.', faults), labelOf)).toBe(
    'The name must not be empty. The id is taken.',
  );
  const whole = [{ pointer: '', detail: 'There is no mail server. Use another kind.' }];
  expect(faultSentences(refusal(422, 'Not valid.', whole))).toBe(
    'There is no mail server. Use another kind.',
  );
  expect(faultSentences(refusal(409))).toBe('Detail.');
  expect(faultSentences(new ConnectionError('no_answer', 'No answer.'))).toMatch(
    /^The server does not answer\. /,
  );
  expect(faultSentences(null)).toBeUndefined();
});
