import { MAX_PREFETCHED } from '../timing/pace.ts';
import type { RunningAttempts } from './running-attempts.ts';
import type { UnstartedClaims } from './unstarted-claims.ts';

export interface PlacesDeps {
  readonly concurrency: number;
  readonly running: RunningAttempts;
  readonly unstarted: UnstartedClaims;
}

/** A node's capacity: each place has one handler at a time. */
export class Places {
  readonly #with: PlacesDeps;
  /** Infinite until a run has ended. */
  #meanDurationMs = Number.POSITIVE_INFINITY;

  constructor(deps: PlacesDeps) {
    this.#with = deps;
  }

  /** Places in which no handler runs. */
  get idle(): number {
    return this.#with.concurrency - this.#with.running.count;
  }

  /** Idle places that no claimed run waits for. */
  get free(): number {
    return Math.max(this.idle - this.#with.unstarted.waiting, 0);
  }

  /** How many runs the places finish in `ms`, by recent durations. */
  finishedWithin(ms: number): number {
    const runs = (ms / Math.max(this.#meanDurationMs, 0.001)) * this.#with.concurrency;
    return Math.min(Math.floor(runs), MAX_PREFETCHED);
  }

  ended(tookMs: number): void {
    this.#meanDurationMs = Number.isFinite(this.#meanDurationMs)
      ? this.#meanDurationMs * 0.95 + tookMs * 0.05
      : tookMs;
  }
}
