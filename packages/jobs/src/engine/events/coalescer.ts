import type { Clock } from '../../core/clock.ts';

/** Run events of one job that are told one by one in a second; the rest are counted (P18). */
const EACH_A_SECOND = 200;
const SECOND_MS = 1_000;

/**
 * Counts the run events of a job beyond 200 a second, and tells how many there were once that second is over.
 */
export class Coalescer {
  readonly #clock: Clock;
  readonly #counted: (jobId: string, count: number) => void;
  #second = Number.NEGATIVE_INFINITY;
  /** In this second, by job; kept until the next event. */
  #events = new Map<string, number>();
  /** Those of them that are only counted. */
  #untold = new Map<string, number>();
  #cancelFlush: (() => void) | undefined;

  /**
   * `counted` is called before any run event of a later second is answered for, but for those that it causes
   * itself.
   */
  constructor(clock: Clock, counted: (jobId: string, count: number) => void) {
    this.#clock = clock;
    this.#counted = counted;
  }

  /** Counts one more run event of a job. Returns whether to send it; if not, its job's next count includes it. */
  admit(jobId: string): boolean {
    const second = Math.floor(this.#clock.monotonic() / SECOND_MS);
    if (second !== this.#second) {
      this.#second = second;
      this.#flush();
    }
    const events = (this.#events.get(jobId) ?? 0) + 1;
    this.#events.set(jobId, events);
    if (events <= EACH_A_SECOND) return true;
    this.#untold.set(jobId, events - EACH_A_SECOND);
    this.#cancelFlush ??= this.#clock.setTimer(SECOND_MS, () => this.#flush());
    return false;
  }

  /** Tells what was only counted so far. */
  stop(): void {
    this.#flush();
  }

  #flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    this.#events = new Map();
    if (this.#untold.size === 0) return;
    const untold = this.#untold;
    this.#untold = new Map();
    for (const [jobId, count] of untold) this.#counted(jobId, count);
  }
}
