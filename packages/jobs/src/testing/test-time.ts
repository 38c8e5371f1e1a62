import type { Clock } from '../core/clock.ts';
import { createFakeClock } from './fake-clock.ts';
import { parseLength } from './parse-length.ts';
import { currentHandler } from './running-handlers.ts';

/** The clock of a test. Pass it to handlers as a dependency: waiting on it takes no real time. */
export interface TestClock extends Clock {
  /** Waits until the test has advanced by `duration` (`90s`, `2d`, or ms). Rejects when `signal` fires. */
  sleep(duration: string | number, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
}

interface Timer {
  /** Monotonic ms. */
  readonly at: number;
}

/**
 * The time of a test. The timers of the engine fire in passing: what the engine waits for is in its store.
 * The timers of the handlers and of the test are events, so the time stops at each.
 */
export class TestTime {
  /** For the engine. */
  readonly engine: Clock;
  /** For handlers and tests. */
  readonly clock: TestClock;
  readonly #clocks: readonly ReturnType<typeof createFakeClock>[];
  readonly #timers = new Set<Timer>();

  constructor(startMs: number) {
    const engine = createFakeClock(startMs);
    const handlers = createFakeClock(startMs);
    this.engine = engine;
    this.#clocks = [engine, handlers];
    this.clock = {
      now: handlers.now,
      monotonic: handlers.monotonic,
      setTimer: (ms, fire) => this.#setTimer(handlers, ms, fire),
      sleep: (duration, options) => this.#sleep(duration, options?.signal),
    };
  }

  /** When the next timer of a handler or of the test fires (ms since the epoch); infinite without one. */
  get nextTimerAt(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { at } of this.#timers) next = Math.min(next, at);
    return this.atMonotonic(next);
  }

  /** The time of day at a monotonic time. */
  atMonotonic(monotonic: number): number {
    return monotonic - this.clock.monotonic() + this.clock.now();
  }

  /** Moves the time to `at` (ms since the epoch). Timers that are due fire. */
  moveTo(at: number): void {
    const ms = at - this.clock.now();
    for (const clock of this.#clocks) clock.advance(ms);
  }

  /** Moves the time of day alone: no timer fires. */
  skipTo(at: number): void {
    for (const clock of this.#clocks) clock.set(at);
  }

  #setTimer(clock: Clock, ms: number, fire: () => void): () => void {
    const timer = { at: clock.monotonic() + Math.max(ms, 0) };
    const endWait = currentHandler()?.waitsForClock();
    this.#timers.add(timer);
    const end = () => {
      this.#timers.delete(timer);
      endWait?.();
    };
    const cancel = clock.setTimer(ms, () => {
      end();
      fire();
    });
    return () => {
      end();
      cancel();
    };
  }

  async #sleep(duration: string | number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const ms = parseLength(duration);
    await new Promise<void>((resolve, reject) => {
      const aborted = () => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = this.clock.setTimer(ms, () => {
        signal?.removeEventListener('abort', aborted);
        resolve();
      });
      signal?.addEventListener('abort', aborted, { once: true });
    });
  }
}
