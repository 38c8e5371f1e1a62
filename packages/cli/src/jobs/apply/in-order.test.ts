import { expect, test } from 'vitest';
import { inOrder } from './in-order.ts';

test('works on several at once, and reports them in order', async () => {
  let atWork = 0;
  let most = 0;
  const told: number[] = [];
  const work = async (item: number): Promise<number> => {
    atWork += 1;
    most = Math.max(most, atWork);
    // The later ones are done sooner.
    for (let turn = 20; turn > item; turn -= 1) await Promise.resolve();
    atWork -= 1;
    return item * 10;
  };
  for await (const result of inOrder([1, 2, 3, 4, 5, 6, 7, 8, 9], 4, work)) told.push(result);
  expect(told).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90]);
  expect(most).toBe(4);
});

test('nothing comes of nothing', async () => {
  expect(await Array.fromAsync(inOrder([], 4, async () => 1))).toEqual([]);
});
