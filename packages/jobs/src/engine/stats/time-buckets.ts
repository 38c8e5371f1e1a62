import type { Ending } from '../ports/engine-stats.ts';

/** Buckets that are kept: of seconds a minute, of minutes an hour. */
export const KEPT = 60;
/** Lateness in steps of a fifth: step i holds what is at most 1.2^i ms; 96 of them reach beyond 11 hours. */
const STEP = 1.2;
const LOG_STEP = Math.log(STEP);
const STEPS = 96;

export function latenessStep(latenessMs: number): number {
  return latenessMs < 1 ? 0 : Math.min(Math.ceil(Math.log(latenessMs) / LOG_STEP), STEPS - 1);
}

const ENDINGS = ['succeeded', 'failed', 'cancelled', 'retried'] as const;

export function noEndings(): Record<Ending, number> {
  return { succeeded: 0, failed: 0, cancelled: 0, retried: 0 };
}

/** What happened in a stretch of time: a second, or a minute. */
export class TimeBucket {
  number = Number.NEGATIVE_INFINITY;
  started = 0;
  skipped = 0;
  readonly finished = noEndings();
  maxLatenessMs = 0;
  readonly #steps = new Uint32Array(STEPS);

  /** Becomes another bucket, with all counts at 0. */
  begin(number: number): void {
    this.number = number;
    this.started = 0;
    this.skipped = 0;
    Object.assign(this.finished, noEndings());
    this.maxLatenessMs = 0;
    this.#steps.fill(0);
  }

  /** A run was started; `step` is the {@link latenessStep}. */
  start(latenessMs: number, step: number): void {
    this.started++;
    this.maxLatenessMs = Math.max(this.maxLatenessMs, latenessMs);
    this.#steps[step] = (this.#steps[step] ?? 0) + 1;
  }

  add(other: TimeBucket): void {
    this.started += other.started;
    this.skipped += other.skipped;
    for (const ending of ENDINGS) this.finished[ending] += other.finished[ending];
    this.maxLatenessMs = Math.max(this.maxLatenessMs, other.maxLatenessMs);
    for (const [step, count] of other.#steps.entries()) this.#steps[step] = (this.#steps[step] ?? 0) + count;
  }

  /** The lateness that this share of the starts did not exceed, to a fifth (ms). */
  latenessMs(share: number): number {
    let seen = 0;
    for (const [step, count] of this.#steps.entries()) {
      seen += count;
      if (seen >= this.started * share) return rounded(Math.min(STEP ** step, this.maxLatenessMs));
    }
    return rounded(this.maxLatenessMs);
  }
}

export function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** The last {@link KEPT} buckets, in constant space: older ones are overwritten. */
export class TimeBuckets {
  readonly #ring: readonly TimeBucket[] = Array.from({ length: KEPT }, () => new TimeBucket());

  /** The one to count in. Of another hour, or of a clock that has jumped since, nothing is left in it. */
  of(number: number): TimeBucket {
    const bucket = this.#place(number);
    if (bucket.number !== number) bucket.begin(number);
    return bucket;
  }

  /** Undefined when nothing was counted in it. */
  find(number: number): TimeBucket | undefined {
    const bucket = this.#place(number);
    return bucket.number === number ? bucket : undefined;
  }

  #place(number: number): TimeBucket {
    const bucket = this.#ring[((number % KEPT) + KEPT) % KEPT];
    if (bucket === undefined) throw new Error(`${number} is not a whole number`);
    return bucket;
  }
}
