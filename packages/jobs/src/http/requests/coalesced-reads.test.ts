import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CoalescedReads } from './coalesced-reads.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Reads that end when the test calls `end`, and resolve to their number. */
function setUp() {
  const coalesced = new CoalescedReads();
  const readings: PromiseWithResolvers<number>[] = [];
  const ask = (key = 'a') =>
    coalesced.read(key, () => {
      const reading = Promise.withResolvers<number>();
      readings.push(reading);
      return reading.promise;
    });
  const end = (n: number) => readings[n - 1]?.resolve(n);
  const fail = (n: number) => readings[n - 1]?.reject(new Error(`reading ${n}`));
  return { ask, readings, end, fail };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('coalesced reads', () => {
  it('share one read among all callers that came during another, and start it after the last of them', async () => {
    const { ask, readings, end } = setUp();
    const first = ask();
    const others = Promise.all([ask(), ask(), ask()]);
    expect(readings).toHaveLength(1);
    end(1);
    expect(await first).toBe(1);
    await pass(0);
    expect(readings).toHaveLength(2);
    const late = ask();
    end(2);
    expect(await others).toEqual([2, 2, 2]);
    await pass(0);
    end(3);
    expect(await late).toBe(3);
  });

  it('take one eighth of the time under load, and start at least twice a second', async () => {
    const { ask, readings, end } = setUp();
    void ask();
    void ask();
    await pass(10);
    end(1);
    await pass(69);
    expect(readings).toHaveLength(1);
    await pass(1);
    expect(readings).toHaveLength(2);
    void ask();
    await pass(10_000);
    end(2);
    await pass(500);
    expect(readings).toHaveLength(3);
  });

  it('start at once for a caller that is alone', async () => {
    const { ask, readings, end } = setUp();
    const first = ask();
    await pass(1_000);
    end(1);
    await first;
    const second = ask();
    expect(readings).toHaveLength(2);
    end(2);
    expect(await second).toBe(2);
  });

  it('do not wait for a read of another key', () => {
    const { ask, readings } = setUp();
    void ask('a');
    void ask('b');
    expect(readings).toHaveLength(2);
  });

  it('fail for the callers that share the read, and not for callers that wait for the next one', async () => {
    const { ask, end, fail } = setUp();
    const first = ask();
    const second = ask();
    fail(1);
    await expect(first).rejects.toThrow('reading 1');
    await pass(0);
    end(2);
    expect(await second).toBe(2);
  });
});
