import type { Clock } from '../core/clock.ts';

/** Run events of one job that are told one by one in a second; the rest are counted (P18, section 6 of the design). */
const EACH_A_SECOND = 200;
const SECOND_MS = 1_000;

interface Burst {
  second: number;
  told: number;
  untold: number;
}

/** Counts the run events of a job beyond 200 a second, and tells how many there were once that second is over. */
export class Coalescer {
  readonly #clock: Clock;
  readonly #counted: (jobId: string, count: number) => void;
  readonly #bursts = new Map<string, Burst>();
  #cancelFlush: (() => void) | undefined;

  /** `counted` is called before anything newer of the job is told. */
  constructor(clock: Clock, counted: (jobId: string, count: number) => void) {
    this.#clock = clock;
    this.#counted = counted;
  }

  /** One more run event of a job: whether it is only counted. */
  isTooMany(jobId: string): boolean {
    const second = this.#second();
    const burst = this.#bursts.get(jobId);
    if (burst === undefined || burst.second !== second) {
      if (burst !== undefined && burst.untold > 0) this.#counted(jobId, burst.untold);
      this.#bursts.set(jobId, { second, told: 1, untold: 0 });
      this.#flushSoon();
      return false;
    }
    if (burst.told < EACH_A_SECOND) {
      burst.told++;
      return false;
    }
    burst.untold++;
    return true;
  }

  /** Tells what was only counted so far. */
  stop(): void {
    this.#flush(Number.POSITIVE_INFINITY);
    this.#cancelFlush?.();
  }

  /** Tells what was only counted before this second, and forgets jobs that have calmed down; once a second while there are any. */
  #flush(second: number): void {
    this.#cancelFlush = undefined;
    for (const [jobId, burst] of this.#bursts) {
      if (burst.second >= second) continue;
      if (burst.untold > 0) this.#counted(jobId, burst.untold);
      this.#bursts.delete(jobId);
    }
    if (this.#bursts.size > 0) this.#flushSoon();
  }

  #flushSoon(): void {
    this.#cancelFlush ??= this.#clock.setTimer(SECOND_MS, () => this.#flush(this.#second()));
  }

  #second(): number {
    return Math.floor(this.#clock.monotonic() / SECOND_MS);
  }
}
