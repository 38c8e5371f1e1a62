import type { Clock } from '../../core/clock.ts';
import type { Settlements } from '../settling/settlements.ts';
import { PREFETCH_MS, SURPLUS_AFTER_MS } from '../timing/pace.ts';
import type { Places } from './places.ts';
import type { UnstartedClaims } from './unstarted-claims.ts';

export interface SurplusClaimsDeps {
  readonly clock: Clock;
  readonly places: Places;
  readonly unstarted: UnstartedClaims;
  readonly settlements: Settlements;
}

/** Gives back due runs that get no place here soon: other nodes may have one (P9, lost nodes). */
export class SurplusClaims {
  readonly #with: SurplusClaimsDeps;
  #isTimerSet = false;

  constructor(deps: SurplusClaimsDeps) {
    this.#with = deps;
  }

  /**
   * Gives back what is surplus now and still is after {@link SURPLUS_AFTER_MS}: after the process stood
   * still, recent durations mean little. `keep`: how many runs are meant to wait.
   */
  giveBack(keep = 0): void {
    const { clock, unstarted, settlements } = this.#with;
    const surplus = this.#count(keep);
    if (this.#isTimerSet || surplus === 0) return;
    this.#isTimerSet = true;
    clock.setTimer(SURPLUS_AFTER_MS, () => {
      this.#isTimerSet = false;
      const count = Math.min(surplus, this.#count(0));
      for (const each of unstarted.takeBackLast(count)) settlements.add(each);
      this.giveBack();
    });
  }

  /** How many of the runs that wait for a place get none within {@link PREFETCH_MS}. */
  #count(keep: number): number {
    const { places, unstarted } = this.#with;
    return Math.max(unstarted.waiting - places.idle - Math.max(places.finishedWithin(PREFETCH_MS), keep), 0);
  }
}
