import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SharedAnswers } from './coalesced-reads.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Readings that end when the test says so, and give their number. */
function setUp() {
  const answers = new SharedAnswers();
  const readings: PromiseWithResolvers<number>[] = [];
  const ask = (key = 'a') =>
    answers.ask(key, () => {
      const reading = Promise.withResolvers<number>();
      readings.push(reading);
      return reading.promise;
    });
  const end = (n: number) => readings[n - 1]?.resolve(n);
  const fail = (n: number) => readings[n - 1]?.reject(new Error(`reading ${n}`));
  return { ask, readings, end, fail };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('answers that many ask for', () => {
  it('are read once for all who ask while another reads, and after all of them have asked', async () => {
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

  it('are read an eighth of the time while many ask, and at least twice a second', async () => {
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

  it('are read at once for who asks alone', async () => {
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

  it('wait for nothing of another name', () => {
    const { ask, readings } = setUp();
    void ask('a');
    void ask('b');
    expect(readings).toHaveLength(2);
  });

  it('fail for those who share a reading, and not for those who wait for the next', async () => {
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
