import type { Clock } from '../../src/core/clock.ts';
import { createSystemClock } from '../../src/index.ts';

/** Time passes faster on it, for all processes alike: a test of waits that are seconds long need not be. */
const TIMES = 5;

export function createFastClock(): Clock {
  const clock = createSystemClock();
  return {
    now: () => clock.now() * TIMES - START * (TIMES - 1),
    monotonic: () => clock.monotonic() * TIMES,
    setTimer: (ms, fire) => clock.setTimer(ms / TIMES, fire),
  };
}

/** Any instant shortly before: all processes begin to count there. */
const START = Date.UTC(2026, 0, 1);
