import type { Clock } from '../../core/clock.ts';

export interface PassLoopOptions {
  readonly clock: Clock;
  /** How long after the end of a pass, which took `passMs`, the next one begins at the soonest. */
  minGapMs(passMs: number): number;
  /**
   * How many passes may be under way at once: a second one keeps the store busy, or looks for slots that
   * would wait for the first one.
   */
  atOnce(): number;
  /** One pass; returns how long to sleep until the next one is needed. */
  pass(): Promise<number>;
  failed(error: unknown): void;
}

/** How long to wait before the store is asked again after it failed. */
export const AFTER_FAILURE_MS = 1_000;

/** Runs one pass after the other, and sleeps in between until it is woken or something comes due. */
export class PassLoop {
  readonly #options: PassLoopOptions;
  #timer: { readonly at: number; cancel(): void } | undefined;
  readonly #running = new Set<Promise<void>>();
  /** A wake-up that came while a pass was under way: how soon it wants the next one. */
  #wanted = Number.POSITIVE_INFINITY;
  /** The last pass that has ended. */
  #last = { end: Number.NEGATIVE_INFINITY, ms: 0 };
  #stopped = true;

  constructor(options: PassLoopOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopped = false;
    this.wake();
  }

  /** Asks for a pass within `ms`. */
  wake(ms = 0): void {
    if (this.#stopped) return;
    if (this.#running.size > 0 && this.#running.size >= this.#options.atOnce()) {
      this.#wanted = Math.min(this.#wanted, ms);
      return;
    }
    const now = this.#options.clock.monotonic();
    const at = Math.max(now + ms, this.#last.end + this.#options.minGapMs(this.#last.ms));
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    this.#timer?.cancel();
    this.#timer = { at, cancel: this.#options.clock.setTimer(at - now, () => this.#run()) };
  }

  /** Ends after the passes under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    await Promise.all(this.#running);
  }

  #run(): void {
    this.#timer = undefined;
    this.#wanted = Number.POSITIVE_INFINITY;
    const { clock } = this.#options;
    const begin = clock.monotonic();
    const running = this.#onePass().then((sleepMs) => {
      this.#running.delete(running);
      const end = clock.monotonic();
      this.#last = { end, ms: end - begin };
      this.wake(Math.min(sleepMs, this.#wanted));
    });
    this.#running.add(running);
  }

  async #onePass(): Promise<number> {
    try {
      return await this.#options.pass();
    } catch (error) {
      this.#wanted = Number.POSITIVE_INFINITY;
      this.#options.failed(error);
      return AFTER_FAILURE_MS;
    }
  }
}
