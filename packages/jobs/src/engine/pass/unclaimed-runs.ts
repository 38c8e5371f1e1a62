import type { Clock } from '../../core/clock.ts';

/** Other nodes are told so often at most. */
const TELL_EVERY_MS = 100;

export interface UnclaimedRunsDeps {
  readonly clock: Clock;
  /** Wakes up the other nodes. */
  tellOthers(): void;
}

/** More is due than this node takes: others may have places for it. */
export class UnclaimedRuns {
  readonly #with: UnclaimedRunsDeps;
  #isThere = false;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(deps: UnclaimedRunsDeps) {
    this.#with = deps;
  }

  /** There is more. */
  found(): void {
    this.#isThere = true;
  }

  /** A claim has told whether it left any. */
  looked(isThere: boolean): void {
    this.#isThere = isThere;
  }

  /**
   * At the end of a pass. `hasPlaces`: the next one takes it. `isStopping`: there may be no next one that
   * tells.
   */
  passEnded({ hasPlaces, isStopping }: { readonly hasPlaces: boolean; readonly isStopping: boolean }): void {
    if (this.#isThere && !hasPlaces) {
      const now = this.#with.clock.monotonic();
      if (!isStopping && now - this.#toldAt < TELL_EVERY_MS) return; // The next pass tells.
      this.#toldAt = now;
      this.#with.tellOthers();
    }
    this.#isThere = false;
  }
}
