import type { Clock } from '../core/clock.ts';
import { StoreError } from '../core/errors.ts';

/** From then on the node counts as failing. */
const FAILING_AFTER_MS = 5_000;
/** With no failure for so long, the next one begins a new count. Longer than a pass takes that waits for a lock in vain. */
const FORGOTTEN_AFTER_MS = 15_000;

/**
 * For how long passes have failed. A pass that has nothing to write may succeed beside others that fail again and again, as with one
 * page of the database damaged: it ends the count only when no settlement waits.
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

  /** For how long they have failed (ms); 0 while they work, and for the first 5 s. */
  get failingMs(): number {
    const streak = this.#current;
    const ms = streak === undefined ? 0 : this.#clock.monotonic() - streak.since;
    return ms >= FAILING_AFTER_MS ? ms : 0;
  }

  /** Why they fail; undefined where `failingMs` is 0. */
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
