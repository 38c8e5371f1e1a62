import type { JobStore } from '../../core/store/store.ts';
import type { SettleBatchResult } from '../../core/store/store-passes.ts';
import type { EndedClaim } from '../settling/ended-claim.ts';
import type { Settlements } from '../settling/settlements.ts';
import type { DueTimes } from '../timing/due-times.ts';
import type { ClaimBudget } from './claim-budget.ts';
import type { NextPass } from './next-pass.ts';
import type { UnclaimedRuns } from './unclaimed-runs.ts';

export interface SettleStepDeps {
  readonly store: JobStore;
  readonly settlements: Settlements;
  readonly due: DueTimes;
  readonly budget: ClaimBudget;
  readonly unclaimed: UnclaimedRuns;
  readonly nextPass: NextPass;
}

/** Writes claims that have ended. */
export class SettleStep {
  readonly #with: SettleStepDeps;

  constructor(deps: SettleStepDeps) {
    this.#with = deps;
  }

  async run(batch: readonly EndedClaim[]): Promise<void> {
    const { store, settlements } = this.#with;
    let result: SettleBatchResult;
    try {
      result = await store.settle(batch.map(({ input }) => input));
    } catch (error) {
      settlements.putBack(batch);
      throw error;
    }
    this.#written(batch, result);
  }

  /** Writes all that waits, ahead of a command asked for in the same turn: the store keeps that order. */
  runBeforeCommand(): void {
    const batch = this.#with.settlements.takeAll();
    if (batch.length === 0) return;
    const { nextPass } = this.#with;
    this.run(batch).then(
      () => nextPass.wakeWhenDue(),
      () => nextPass.replyLost(),
    );
  }

  #written(batch: readonly EndedClaim[], { results, wake }: SettleBatchResult): void {
    const { settlements, due, budget, unclaimed, nextPass } = this.#with;
    due.runPutBack(settlements.written(batch, results));
    if (!wake) return;
    if (!budget.hasFreePlace) unclaimed.found();
    nextPass.recheck();
  }
}
