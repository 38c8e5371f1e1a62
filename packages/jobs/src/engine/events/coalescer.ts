import type { Clock } from '../../core/clock.ts';

/** Run events of one job that are published one by one in a second; the rest are counted (P18, bounds). */
const EACH_A_SECOND = 200;
const SECOND_MS = 1_000;

/** Counts the run events of a job beyond 200 a second, and reports the count at the end of the second. */
export class Coalescer {
  readonly #clock: Clock;
  readonly #counted: (jobId: string, count: number) => void;
  #second = Number.NEGATIVE_INFINITY;
  /** In this second, by job; kept until the next event. */
  #events = new Map<string, number>();
  /** How many of them are only counted, by job. */
  #unreported = new Map<string, number>();
  #cancelFlush: (() => void) | undefined;

  /** `counted` gets the count of a job before any run event of a later second is admitted. */
  constructor(clock: Clock, counted: (jobId: string, count: number) => void) {
    this.#clock = clock;
    this.#counted = counted;
  }

  /** Counts a run event. Returns whether to publish it; if not, the job's next count includes it. */
  admit(jobId: string): boolean {
    const second = Math.floor(this.#clock.monotonic() / SECOND_MS);
    if (second !== this.#second) {
      this.#second = second;
      this.#flush();
    }
    const events = (this.#events.get(jobId) ?? 0) + 1;
    this.#events.set(jobId, events);
    if (events <= EACH_A_SECOND) return true;
    this.#unreported.set(jobId, events - EACH_A_SECOND);
    this.#cancelFlush ??= this.#clock.setTimer(SECOND_MS, () => this.#flush());
    return false;
  }

  /** Reports what was only counted so far. */
  stop(): void {
    this.#flush();
  }

  #flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    this.#events = new Map();
    if (this.#unreported.size === 0) return;
    const unreported = this.#unreported;
    this.#unreported = new Map();
    for (const [jobId, count] of unreported) this.#counted(jobId, count);
  }
}
