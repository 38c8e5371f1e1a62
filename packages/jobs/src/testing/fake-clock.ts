import type { Clock } from '../core/clock.ts';

/** A clock that moves only when a test moves it. */
export interface FakeClock extends Clock {
  /** Advances the clock by `ms`. Due timers fire in order, each at its own instant. */
  advance(ms: number): void;
  /** Jumps to an instant, as after a clock correction or a sleep, without firing timers. */
  set(ms: number): void;
}

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** A {@link FakeClock} that starts at `startMs` (milliseconds since the epoch). */
export function createFakeClock(startMs: number): FakeClock {
  let wall = startMs;
  let elapsed = 0;
  const timers = new Set<Timer>();
  const nextBy = (end: number): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer;
    }
    return next;
  };
  const passUntil = (at: number) => {
    wall += at - elapsed;
    elapsed = at;
  };
  return {
    now: () => wall,
    monotonic: () => elapsed,
    setTimer(ms, fire) {
      const timer = { at: elapsed + Math.max(0, ms), fire };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    advance(ms) {
      const end = elapsed + ms;
      for (let timer = nextBy(end); timer !== undefined; timer = nextBy(end)) {
        timers.delete(timer);
        if (timer.at > elapsed) passUntil(timer.at);
        timer.fire();
      }
      passUntil(end);
    },
    set(ms) {
      wall = ms;
    },
  };
}
