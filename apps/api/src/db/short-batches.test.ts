import { expect, onTestFinished, test, vi } from 'vitest';
import { openTestDatabase } from '../testing/test-database.ts';
import { inShortBatches } from './short-batches.ts';

test('where each transaction takes long, batches shrink, but not to single rows', async () => {
  const { kysely: database } = await openTestDatabase();
  let now = 0;
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => (now += 50));
  onTestFinished(() => spy.mockRestore());
  const sizes: number[] = [];
  const step = async (_: unknown, size: number) => ({ rows: sizes.push(size) < 5 ? size : 0 });
  const signal = new AbortController().signal;
  await inShortBatches({ database, signal, step, committed: () => undefined });
  expect(sizes).toEqual([100, 25, 10, 10, 10]);
});
