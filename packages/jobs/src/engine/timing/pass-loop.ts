import type { Clock } from '../../core/clock.ts';
import { AFTER_FAILURE_MS } from './pace.ts';

export interface Passes {
  readonly nextPass: {
    /** How long the next pass must wait after the end of one that took `lastPassMs`. */
    minGapMs(lastPassMs: number): number;
    readonly maxAtOnce: number;
  };
  /** Runs one pass; resolves with how long to sleep until the next one is needed (ms). */
  pass(): Promise<number>;
  failed(error: unknown): void;
}

/** Runs passes one after the other, and sleeps in between until it is woken or something becomes due. */
export class PassLoop {
  readonly #clock: Clock;
  /** Absent while the loop is stopped. */
  #passes: Passes | undefined;
  #timer: { readonly at: number; cancel(): void } | undefined;
  readonly #running = new Set<Promise<void>>();
  /** How soon a wake-up that came during a pass wants the next one (ms). */
  #wantedMs = Number.POSITIVE_INFINITY;
  #lastPass = { end: Number.NEGATIVE_INFINITY, ms: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(passes: Passes): void {
    this.#passes = passes;
    this.wake();
  }

  /** Asks for a pass within `ms`. Does nothing while the loop is stopped. */
  wake(ms = 0): void {
    const passes = this.#passes;
    if (passes === undefined) return;
    const now = this.#clock.monotonic();
    // Most calls come with each finished run, while the next pass is set already.
    if (this.#timer !== undefined && this.#timer.at <= now + ms) return;
    if (this.#running.size > 0 && this.#running.size >= passes.nextPass.maxAtOnce) {
      this.#wantedMs = Math.min(this.#wantedMs, ms);
      return;
    }
    const at = Math.max(now + ms, this.#lastPass.end + passes.nextPass.minGapMs(this.#lastPass.ms));
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    this.#timer?.cancel();
    this.#timer = { at, cancel: this.#clock.setTimer(at - now, () => this.#run(passes)) };
  }

  /** Ends after the passes under way. */
  async stop(): Promise<void> {
    this.#passes = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
    await Promise.all(this.#running);
  }

  #run(passes: Passes): void {
    this.#timer = undefined;
    this.#wantedMs = Number.POSITIVE_INFINITY;
    const begin = this.#clock.monotonic();
    const sleeping = passes.pass().catch((error: unknown) => {
      this.#wantedMs = Number.POSITIVE_INFINITY;
      passes.failed(error);
      return AFTER_FAILURE_MS;
    });
    const running = sleeping.then((sleepMs) => {
      this.#running.delete(running);
      const end = this.#clock.monotonic();
      this.#lastPass = { end, ms: end - begin };
      this.wake(Math.min(sleepMs, this.#wantedMs));
    });
    this.#running.add(running);
  }
}
