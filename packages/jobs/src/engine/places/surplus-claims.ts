import type { Clock } from '../../core/clock.ts';
import type { ClaimBudget } from '../pass/claim-budget.ts';
import type { EndedClaim } from '../settling/settlement-queue.ts';
import type { UnstartedClaims } from './unstarted-claims.ts';

/** So long after their time it is decided which of the runs without a place are given back. */
const FOR_A_PLACE_MS = 20;

export interface SurplusClaimsDeps {
  readonly clock: Clock;
  readonly claims: Pick<ClaimBudget<unknown>, 'excess'>;
  readonly unstarted: Pick<UnstartedClaims, 'takeBackLast'>;
  giveBack(ended: EndedClaim): void;
}

/** Runs that have come due here and won't get a place soon: other nodes may have one (P9). */
export class SurplusClaims {
  readonly #with: SurplusClaimsDeps;
  /** Some are about to be given back. */
  #isDeciding = false;

  constructor(deps: SurplusClaimsDeps) {
    this.#with = deps;
  }

  /**
   * Gives them back, but for `kept`, if it is so still once they had time to get a place: durations of runs
   * that ended after the process stood still tell nothing of the next ones.
   */
  giveBack(kept?: number): void {
    const { clock, claims, unstarted } = this.#with;
    const excess = claims.excess(kept);
    if (this.#isDeciding || excess === 0) return;
    this.#isDeciding = true;
    clock.setTimer(FOR_A_PLACE_MS, () => {
      this.#isDeciding = false;
      const count = Math.min(excess, claims.excess());
      for (const each of unstarted.takeBackLast(count)) this.#with.giveBack(each);
      this.giveBack();
    });
  }
}
