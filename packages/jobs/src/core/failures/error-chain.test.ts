import { expect, it } from 'vitest';
import { errorChain } from './error-chain.ts';

it('an error of a run becomes an Error with its name, code, stack and causes', () => {
  const error = errorChain({
    name: 'TypeError',
    message: 'fetch failed',
    stack: 'TypeError: fetch failed\n    at handler',
    causes: [
      { depth: 1, name: 'AggregateError', message: '', code: 'ECONNREFUSED' },
      { depth: 2, name: 'Error', message: 'connect ::1' },
      { depth: 3, name: 'Error', message: 'deeper' },
      { depth: 2, name: 'Error', message: 'connect 127.0.0.1' },
    ],
  });
  expect(error).toBeInstanceOf(Error);
  expect(String(error)).toBe('TypeError: fetch failed');
  expect(error.stack).toBe('TypeError: fetch failed\n    at handler');
  expect(error.cause).toMatchObject({
    code: 'ECONNREFUSED',
    cause: { message: 'connect ::1', stack: 'Error: connect ::1', cause: { message: 'deeper' } },
    errors: [{ message: 'connect ::1' }, { message: 'connect 127.0.0.1' }],
  });
});

it('a cause that a broken list puts too deep belongs to the nearest error', () => {
  const causes = [{ depth: 9, name: 'Error', message: 'lost' }];
  expect(errorChain({ name: 'Error', message: 'a', causes }).cause).toMatchObject({ message: 'lost' });
});
