import type { HistogramCounts } from '../ports/engine-stats.ts';

/** How long attempts take: from what costs nothing to the timeouts that people set. */
export const DURATION_BOUNDS_MS: readonly number[] = [
  1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 900_000, 1_800_000,
  3_600_000,
];

/** From due to started: a node that is not full starts a run within milliseconds. */
export const LATENESS_BOUNDS_MS: readonly number[] = [
  1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 3_600_000,
];

/** Counts values between fixed bounds, in constant memory and almost no time. */
export class Histogram {
  readonly #boundsMs: readonly number[];
  readonly #counts: Float64Array;
  #sumMs = 0;

  constructor(boundsMs: readonly number[]) {
    this.#boundsMs = boundsMs;
    this.#counts = new Float64Array(boundsMs.length + 1);
  }

  add(ms: number): void {
    let n = 0;
    while (ms > (this.#boundsMs[n] ?? Number.POSITIVE_INFINITY)) n++;
    this.#counts[n] = (this.#counts[n] ?? 0) + 1;
    this.#sumMs += ms;
  }

  read(): HistogramCounts {
    return { boundsMs: this.#boundsMs, counts: Array.from(this.#counts), sumMs: this.#sumMs };
  }
}
