import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from './core/clock.ts';

/** Node drops timers above 2^31-1 ms, and a suspended machine makes long ones late (P17, clock). */
const LONGEST_TIMER_MS = 30_000;

/** The process's own clock. */
export function createSystemClock(): Clock {
  // A timer's work belongs to no request. Otherwise tracers would count the engine's work to the request that
  // set the timer last.
  const outside = AsyncLocalStorage.snapshot();
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    setTimer(ms, fire) {
      if (ms <= 0) {
        const immediate = setImmediate(outside, fire);
        return () => clearImmediate(immediate);
      }
      const end = performance.now() + ms;
      let handle = setTimeout(step, Math.min(ms, LONGEST_TIMER_MS));
      function step(): void {
        const left = end - performance.now();
        if (left <= 0) outside(fire);
        else handle = setTimeout(step, Math.min(Math.ceil(left), LONGEST_TIMER_MS));
      }
      return () => clearTimeout(handle);
    },
  };
}
