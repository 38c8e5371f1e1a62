import type { JobStore } from '../../core/store/store.ts';
import type { ClaimResult } from '../../core/store/store-passes.ts';
import type { Executor } from '../places/executor.ts';
import type { Settlements } from '../settling/settlements.ts';
import type { DueTimes } from '../timing/due-times.ts';
import type { ClaimBudget, PendingClaim } from './claim-budget.ts';
import type { UnclaimedRuns } from './unclaimed-runs.ts';

export interface ClaimStepDeps {
  readonly store: JobStore;
  readonly due: DueTimes;
  readonly budget: ClaimBudget;
  readonly settlements: Settlements;
  readonly executor: Executor;
  readonly unclaimed: UnclaimedRuns;
}

/** Claims runs, and hands them to the executor. */
export class ClaimStep {
  readonly #with: ClaimStepDeps;

  constructor(deps: ClaimStepDeps) {
    this.#with = deps;
  }

  /** Returns how many runs were claimed. */
  async run(claim: PendingClaim): Promise<number> {
    const { store, budget, due } = this.#with;
    const { runs } = await budget.track(claim, () =>
      due.ask(store.claim(claim.input), (result) => this.claimed(result, claim)),
    );
    return runs.length;
  }

  /** Takes the runs of a claim of a pass. */
  claimed(result: ClaimResult, claim: PendingClaim): void {
    const { due, unclaimed, executor } = this.#with;
    const { places, prefetch, ahead } = claim.input;
    unclaimed.claimed({ hasLeft: due.claimed(result, places + prefetch) });
    this.#accept(result, claim);
    // Runs claimed ahead may have become due on their way.
    if ((ahead?.runs ?? 0) > 0) executor.surplus.giveBack(prefetch);
  }

  /** Takes the runs that a command has made and claimed. */
  claimedByCommand(result: ClaimResult, claim: PendingClaim): void {
    if (this.#with.due.claimedByCommand(result)) this.#with.unclaimed.found();
    this.#accept(result, claim);
  }

  #accept(result: ClaimResult, { takenBack }: PendingClaim): void {
    const { settlements, executor, budget } = this.#with;
    settlements.priority.claimed(result);
    executor.accept(result, budget.isStopped ? [{}] : takenBack);
  }
}
