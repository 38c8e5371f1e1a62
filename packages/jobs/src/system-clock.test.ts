import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSystemClock } from './system-clock.ts';

const DAY = 86_400_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  // Before the timers: a spy on a fake one outlives the fake.
  vi.restoreAllMocks();
  vi.useRealTimers();
});

// Promise P17, clock. Lesson 18, drift and clocks.
describe('a timer of the system’s clock', () => {
  it('of more than 24.8 days fires when it should, not at once', () => {
    const fired = vi.fn();
    createSystemClock().setTimer(30 * DAY, fired);
    vi.advanceTimersByTime(30 * DAY - 1);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledTimes(1);
  });

  it('sleeps no longer than 30 s in one go', () => {
    const set = vi.spyOn(globalThis, 'setTimeout');
    createSystemClock().setTimer(DAY, () => undefined);
    vi.advanceTimersByTime(DAY);
    expect(Math.max(...set.mock.calls.map(([, ms]) => ms ?? 0))).toBeLessThanOrEqual(30_000);
  });

  it.each([0, 5])('of %i ms fires outside of the request that happened to set it', async (ms) => {
    vi.useRealTimers();
    const request = new AsyncLocalStorage<string>();
    const { setTimer } = createSystemClock();
    const seen = await request.run(
      'a request',
      () => new Promise((resolve) => void setTimer(ms, () => resolve([request.getStore()]))),
    );
    expect(seen).toEqual([undefined]);
  });

  it('can be cancelled at any time, and fires no more', () => {
    const fired = vi.fn();
    const { setTimer } = createSystemClock();
    const cancels = [0, 10, 100_000].map((ms) => setTimer(ms, fired));
    vi.advanceTimersByTime(5);
    for (const cancel of cancels.slice(1)) cancel();
    vi.advanceTimersByTime(DAY);
    expect(fired).toHaveBeenCalledTimes(1);
  });
});
