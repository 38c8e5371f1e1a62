import type { Clock } from '../../src/core/clock.ts';
import { createSystemClock } from '../../src/system-clock.ts';

/** The factor by which time passes faster in all processes, so that waits of seconds are short. */
const TIMES = 5;

export function createFastClock(): Clock {
  const clock = createSystemClock();
  return {
    now: () => clock.now() * TIMES - START * (TIMES - 1),
    monotonic: () => clock.monotonic() * TIMES,
    setTimer: (ms, fire) => clock.setTimer(ms / TIMES, fire),
  };
}

/** A fixed, recent instant from which all processes count. */
const START = Date.UTC(2026, 0, 1);
