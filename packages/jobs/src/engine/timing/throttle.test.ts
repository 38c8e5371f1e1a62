import { once } from 'node:events';
import { createServer } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { MAX_BATCH, START_UP_MS } from './pace.ts';
import { type LoopDelay, Throttle } from './throttle.ts';

const PLACES = 10;

/** A measurement of 60 ms at all times, of which 5 are its own. */
const ALWAYS_LATE: LoopDelay = {
  enable: () => true,
  disable: () => true,
  reset: () => undefined,
  percentile: () => 60e6,
};

function setUp(loopDelay?: LoopDelay) {
  const clock = createFakeClock(0);
  const throttle = new Throttle({ clock, floor: PLACES, loopDelay });
  onTestFinished(() => throttle.stop());
  return { clock, throttle };
}

/** Gives the URL of a server that has nothing to do with the engine. */
async function serve(): Promise<string> {
  const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}`;
}

/** Lets the start of the process pass, which begins with the first claim. */
function startUp({ clock, throttle }: ReturnType<typeof setUp>): void {
  throttle.claimed();
  clock.advance(START_UP_MS);
}

/**
 * Lets seconds pass by the clock, with the real event loop late for `blockMs` in each, until a claim may take
 * `runs`.
 */
async function secondsUntil(
  runs: number,
  blockMs: number,
  { clock, throttle }: ReturnType<typeof setUp>,
): Promise<void> {
  await expect
    .poll(async () => {
      throttle.claimed();
      const until = performance.now() + blockMs;
      while (performance.now() < until);
      // What measures the delay comes next in a turn that has begun after it.
      await nextTurn();
      await nextTurn();
      clock.advance(1_000);
      return throttle.allowance();
    })
    .toBe(runs);
}

// Promise P20, isolation.
describe('the API comes first', () => {
  it('claims take few runs at once while requests come in, to any HTTP server of the process, and many again after', async () => {
    const { clock, throttle } = setUp();
    const url = await serve();
    expect(throttle.allowance()).toBe(MAX_BATCH);
    await fetch(url);
    expect(throttle.allowance()).toBe(128);
    clock.advance(99);
    expect(throttle.allowance()).toBe(128);
    clock.advance(1);
    expect(throttle.allowance()).toBe(MAX_BATCH);
    expect(throttle.isThrottled).toBe(false);
  });

  it('a pass leaves the API as much time as it took while requests come in, but not for long', async () => {
    const { clock, throttle } = setUp();
    const url = await serve();
    expect(throttle.pauseMs(7)).toBe(0);
    await fetch(url);
    expect([throttle.pauseMs(7), throttle.pauseMs(70)]).toEqual([7, 20]);
    clock.advance(100);
    expect(throttle.pauseMs(7)).toBe(0);
  });

  it('counts requests until it is stopped, with or without claims', async () => {
    const { clock, throttle } = setUp();
    const url = await serve();
    throttle.claimed();
    clock.advance(5_000);
    await fetch(url);
    expect(throttle.isServingRequests).toBe(true);
    clock.advance(1_000);
    throttle.stop();
    await fetch(url);
    expect(throttle.isServingRequests).toBe(false);
  });

  it('claims stay as large as before while the event loop is late because the process starts', () => {
    const { clock, throttle } = setUp(ALWAYS_LATE);
    clock.advance(60_000);
    for (let second = 1; second <= 6; second += 1) {
      throttle.claimed();
      clock.advance(1_000);
      expect([second, throttle.isThrottled]).toEqual([second, second === 6]);
      expect(throttle.delayMs).toBe(55);
    }
    expect(throttle.allowance()).toBe(1_000);
  });

  it('claims take half as many runs after each second in which the event loop was late, and grow again after', async () => {
    const both = setUp();
    startUp(both);
    for (const runs of [1_000, 500, 250, 125, 62, 31, 15, PLACES]) await secondsUntil(runs, 60, both);
    const { clock, throttle } = both;
    expect(throttle.isThrottled).toBe(true);
    throttle.claimed();
    expect(throttle.allowance()).toBe(0);
    clock.advance(249);
    expect(throttle.allowance()).toBe(0);
    clock.advance(1);
    expect(throttle.allowance()).toBe(PLACES);
    await secondsUntil(MAX_BATCH, 0, both);
    expect(throttle.isThrottled).toBe(false);
  });
});
