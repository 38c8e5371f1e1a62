import type { Clock } from '../../core/clock.ts';
import type { Node } from '../nodes/node.ts';
import { WAKE_OTHERS_EVERY_MS } from '../timing/pace.ts';

export interface UnclaimedRunsDeps {
  readonly clock: Clock;
  readonly node: Node;
}

/** Wakes the other nodes when more is due than this one has places for. */
export class UnclaimedRuns {
  readonly #with: UnclaimedRunsDeps;
  #hasAny = false;
  #notifiedAt = Number.NEGATIVE_INFINITY;

  constructor(deps: UnclaimedRunsDeps) {
    this.#with = deps;
  }

  /** Runs are due that nothing has claimed. */
  found(): void {
    this.#hasAny = true;
  }

  /** A claim has ended, and left due runs or not. */
  claimed({ hasLeft }: { readonly hasLeft: boolean }): void {
    this.#hasAny = hasLeft;
  }

  /**
   * `hasFreePlace`: the next pass claims them, so nobody is woken. `isStopping`: there may be no next pass
   * that could wake others.
   */
  passEnded({
    hasFreePlace,
    isStopping,
  }: {
    readonly hasFreePlace: boolean;
    readonly isStopping: boolean;
  }): void {
    if (this.#hasAny && !hasFreePlace) {
      const now = this.#with.clock.monotonic();
      // The next pass does it.
      if (!isStopping && now - this.#notifiedAt < WAKE_OTHERS_EVERY_MS) return;
      this.#notifiedAt = now;
      this.#with.node.notify({ kind: 'wake' });
    }
    this.#hasAny = false;
  }
}
