import { expect, test, vi } from 'vitest';
import { manualTimers } from '../../../test/manual-timers.ts';
import { createTicker } from './ticker.ts';

test('one timer serves all subscribers, and none runs without subscribers', async () => {
  const timers = manualTimers();
  const ticker = createTicker(timers);
  expect(timers.waiting()).toBe(0);
  const [first, second] = [vi.fn(), vi.fn()];
  const leaveFirst = ticker.subscribe(first);
  const leaveSecond = ticker.subscribe(second);
  expect(timers.waiting()).toBe(1);
  await timers.advance(3_000);
  expect(first).toHaveBeenCalledTimes(3);
  expect(second).toHaveBeenCalledTimes(3);
  expect(ticker.now()).toBe(3_000);
  leaveFirst();
  leaveSecond();
  expect(timers.waiting()).toBe(0);
});

test('the time does not change between two beats', async () => {
  const timers = manualTimers();
  const ticker = createTicker(timers);
  ticker.subscribe(() => undefined);
  await timers.advance(1_900);
  expect(ticker.now()).toBe(1_000);
});

test('stops while paused, then catches up', async () => {
  const timers = manualTimers();
  const ticker = createTicker(timers);
  const listener = vi.fn();
  ticker.subscribe(listener);
  ticker.setPaused(true);
  await timers.advance(60_000);
  expect(listener).not.toHaveBeenCalled();
  ticker.setPaused(false);
  expect(listener).toHaveBeenCalledTimes(1);
  expect(ticker.now()).toBe(60_000);
});

test("uses the server's clock", async () => {
  const timers = manualTimers();
  const ticker = createTicker(timers);
  ticker.subscribe(() => undefined);
  ticker.setOffset(-5_000);
  await timers.advance(10_500);
  expect(ticker.now()).toBe(5_000);
  expect(ticker.exact()).toBe(5_500);
  expect(ticker.onServer(10_000)).toBe(5_000);
});
