import { WAKE_OTHERS_EVERY_MS } from '../timing/pace.ts';
import type { ClaimBudget } from './claim-budget.ts';
import type { PassDeps } from './pass-deps.ts';

interface UnclaimedRunsDeps extends PassDeps {
  readonly budget: ClaimBudget;
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

  passEnded(): void {
    const { settings, node, budget } = this.#with;
    // With a free place, the next pass claims them.
    if (this.#hasAny && !budget.hasFreePlace) {
      const now = settings.clock.monotonic();
      // The next pass wakes others, unless this engine stops.
      if (!budget.isStopped && now - this.#notifiedAt < WAKE_OTHERS_EVERY_MS) return;
      this.#notifiedAt = now;
      node.notify({ kind: 'wake' });
    }
    this.#hasAny = false;
  }
}
