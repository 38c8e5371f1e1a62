import { describe, expect, test } from 'vitest';
import { inTurn } from './in-turn.ts';

const NUMBERS = Array.from({ length: 10 }, (_, at) => at);

/** Work that ends when the test calls `end`. */
function createWork() {
  const ends = new Map<number, (error?: Error) => void>();
  let most = 0;
  return {
    begun: () => [...ends.keys()],
    most: () => most,
    end: async (item: number, error?: Error) => {
      ends.get(item)?.(error);
      // The next items start once the promises in between have settled.
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    },
    work: (item: number) => {
      most = Math.max(most, ends.size + 1);
      return new Promise<void>((resolve, reject) => {
        ends.set(item, (error) => {
          ends.delete(item);
          if (error === undefined) resolve();
          else reject(error);
        });
      });
    },
  };
}

describe('in turn', () => {
  test('only a few items are in work at once, and all get done', async () => {
    const { work, end, begun, most } = createWork();
    const result = inTurn(NUMBERS, { atOnce: 4, work });
    expect(begun()).toEqual([0, 1, 2, 3]);
    for (const number of NUMBERS) await end(number);
    expect(most()).toBe(4);
    expect(await result).toEqual({ done: NUMBERS, failed: [], left: [] });
  });

  test('a failing item stops no other and is returned with its error', async () => {
    const error = new Error('no such job');
    const progress: number[] = [];
    const result = await inTurn(NUMBERS, {
      atOnce: 3,
      onProgress: (ended) => progress.push(ended),
      work: async (item) => {
        if (item % 4 === 1) throw error;
      },
    });
    expect(result.failed).toEqual([1, 5, 9].map((item) => ({ item, error })));
    expect([...result.done].sort()).toEqual([0, 2, 3, 4, 6, 7, 8]);
    expect(result.left).toEqual([]);
    expect(progress).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('a stop starts no more items and waits for those in work', async () => {
    const { work, end, begun } = createWork();
    const stop = new AbortController();
    const result = inTurn(NUMBERS, { atOnce: 2, signal: stop.signal, work });
    await end(0);
    expect(begun()).toEqual([1, 2]);
    stop.abort();
    await end(2);
    await end(1, new Error('failed late'));
    expect(begun()).toEqual([]);
    const { done, failed, left } = await result;
    expect(done).toEqual([0, 2]);
    expect(failed.map(({ item }) => item)).toEqual([1]);
    expect(left).toEqual([3, 4, 5, 6, 7, 8, 9]);
  });

  test('stopped before the start, all items are left', async () => {
    const result = await inTurn(NUMBERS, {
      atOnce: 4,
      signal: AbortSignal.abort(),
      work: async () => undefined,
    });
    expect(result).toEqual({ done: [], failed: [], left: NUMBERS });
  });

  test('an error that every item would share stops the rest', async () => {
    const gone = new Error('no answer');
    const result = await inTurn(NUMBERS, {
      atOnce: 1,
      stopsAll: (error) => error === gone,
      work: async (item) => {
        if (item === 1) throw new Error('only this one');
        if (item === 3) throw gone;
      },
    });
    expect(result.done).toEqual([0, 2]);
    expect(result.failed.map(({ item }) => item)).toEqual([1, 3]);
    expect(result.left).toEqual([4, 5, 6, 7, 8, 9]);
  });

  test('an empty list is done at once', async () => {
    expect(await inTurn([], { atOnce: 4, work: async () => undefined })).toEqual({
      done: [],
      failed: [],
      left: [],
    });
  });
});
