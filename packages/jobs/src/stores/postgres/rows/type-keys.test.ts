import { expect, it } from 'vitest';
import type { Database } from '../connection/database.ts';
import { TypeKeys } from './type-keys.ts';

const A = { type: 'a', typeVersion: 1 };

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Keys on a database that answers when told to. */
function keysOf() {
  const asked: PromiseWithResolvers<readonly unknown[]>[] = [];
  const arrays = () => {
    const answer = Promise.withResolvers<readonly unknown[]>();
    asked.push(answer);
    return answer.promise;
  };
  return { keys: new TypeKeys({ arrays } as unknown as Database), asked };
}

it('asks once for all callers, and not again for a known key', async () => {
  const { keys, asked } = keysOf();
  const callers = [keys.ensure(A), keys.ensure(A), keys.ensure(A)];
  asked[0]?.resolve([[7]]);
  await Promise.all(callers);
  expect(asked).toHaveLength(1);
  expect(keys.get('a', 1)).toBe(7);
  expect(keys.ensure(A)).toBeUndefined();
});

it('after a failure each caller asks for itself, and none waits for another', async () => {
  const { keys, asked } = keysOf();
  const callers = [keys.ensure(A), keys.ensure(A), keys.ensure(A), keys.ensure(A)];
  const outcomes = Promise.allSettled(callers);
  asked[0]?.reject(new Error('The database is away.'));
  await settled();
  expect(asked).toHaveLength(4);
  for (const one of asked.slice(1)) one.resolve([[7]]);
  expect((await outcomes).map(({ status }) => status)).toEqual([
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
  expect(keys.get('a', 1)).toBe(7);
});
