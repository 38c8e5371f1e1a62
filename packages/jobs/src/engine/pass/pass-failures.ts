import type { Clock } from '../../core/clock.ts';
import { StoreError } from '../../core/model/errors.ts';

/** A node whose passes have failed for this long counts as failing. */
const FAILING_AFTER_MS = 5_000;
/** Two failures further apart than this (ms) are two outages. It is longer than a pass waits for a lock. */
const FORGOTTEN_AFTER_MS = 15_000;

/**
 * Measures for how long passes have failed. A success ends the count only when no settlement waits: with a
 * damaged page, passes that write nothing succeed while all others fail.
 */
export class PassFailures {
  readonly #clock: Clock;
  #streak: { readonly since: number; readonly last: number; readonly error: unknown } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  failed(error: unknown): void {
    const now = this.#clock.monotonic();
    this.#streak = { since: this.#current?.since ?? now, last: now, error };
  }

  succeeded({ unwritten }: { readonly unwritten: number }): void {
    if (unwritten === 0) this.#streak = undefined;
  }

  /** For how long passes have failed (ms); 0 while they work and for the first 5 s of failures. */
  get failingMs(): number {
    const streak = this.#current;
    const ms = streak === undefined ? 0 : this.#clock.monotonic() - streak.since;
    return ms >= FAILING_AFTER_MS ? ms : 0;
  }

  /** Why passes fail; undefined while `failingMs` is 0. */
  get fault(): StoreError | undefined {
    const error = this.#current?.error;
    const ms = this.failingMs;
    if (ms === 0) return undefined;
    const why = error instanceof Error ? error.message : String(error);
    return new StoreError(
      error instanceof StoreError ? error.code : 'unavailable',
      `The engine has failed to write and claim runs for ${Math.round(ms / 1_000)} s: ${why}`,
      { cause: error },
    );
  }

  get #current() {
    const streak = this.#streak;
    return streak !== undefined && this.#clock.monotonic() - streak.last <= FORGOTTEN_AFTER_MS
      ? streak
      : undefined;
  }
}
