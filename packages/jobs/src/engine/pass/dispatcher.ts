import type { PausedJob } from '../../core/model/job.ts';
import type { ClaimSelector } from '../places/unstarted-claims.ts';
import { AFTER_FAILURE_MS, DUE_TIMES_VALID_MS } from '../timing/pace.ts';
import type { Passes } from '../timing/pass-loop.ts';
import { announcePauses } from './announce-pauses.ts';
import { ClaimBudget } from './claim-budget.ts';
import { ClaimingCommands } from './claiming-commands.ts';
import { LostReplies } from './lost-replies.ts';
import { NextPass } from './next-pass.ts';
import type { PassDeps } from './pass-deps.ts';
import { PassFailures } from './pass-failures.ts';
import { PassSteps } from './pass-steps.ts';
import { UnclaimedRuns } from './unclaimed-runs.ts';

/** Runs passes. A pass settles, plans and claims in one turn, so that the store can share a transaction. */
export class Dispatcher implements Passes {
  readonly failures: PassFailures;
  readonly nextPass: NextPass;
  readonly commands: ClaimingCommands;
  readonly #with: PassDeps;
  readonly #budget: ClaimBudget;
  readonly #unclaimed: UnclaimedRuns;
  readonly #lost: LostReplies;
  readonly #steps: PassSteps;

  constructor(deps: PassDeps) {
    const failures = new PassFailures(deps.settings.clock);
    const budget = new ClaimBudget(deps);
    const unclaimed = new UnclaimedRuns({ ...deps, budget });
    const lost = new LostReplies({ ...deps, budget });
    const nextPass = new NextPass({ ...deps, budget, lost });
    const steps = new PassSteps({ ...deps, budget, unclaimed, nextPass });
    this.commands = new ClaimingCommands({ ...deps, failures, budget, lost, nextPass, steps });
    this.failures = failures;
    this.nextPass = nextPass;
    this.#with = deps;
    this.#budget = budget;
    this.#unclaimed = unclaimed;
    this.#lost = lost;
    this.#steps = steps;
  }

  /** Gives back unstarted claims, ahead of a command in the same turn (P12, cancel; P14, pause). */
  takeBack(selector: ClaimSelector): void {
    this.#budget.takeBack(selector);
    this.#with.executor.takeBack(selector);
    this.#steps.settleBeforeCommand();
  }

  /** Tells the handler of a run to stop. A run that has not started is given back, and so cancelled. */
  cancelRun(runId: string): void {
    this.takeBack({ runId });
    this.#with.executor.running.cancel(runId);
  }

  /** Announces jobs that were paused by a command, or when claims of dead nodes were taken back. */
  jobsPaused(paused: readonly PausedJob[]): void {
    announcePauses({ ...this.#with, budget: this.#budget }, paused);
  }

  /**
   * A command has noted ends of upstream runs, or another node may have died before it turned them into runs.
   */
  lookForEnds(): void {
    this.#steps.lookForEnds();
  }

  stopClaiming(): void {
    this.#budget.stop();
    this.#with.planTimer.stop();
  }

  failed(error: unknown): void {
    this.#with.settings.logger.error(
      { err: error },
      'the job store failed; what has ended is kept, and tried again in a second',
    );
  }

  /** Returns how long nothing will be due (ms). */
  async pass(): Promise<number> {
    const { nextPass } = this;
    let handled = 0;
    nextPass.passStarted();
    try {
      if (nextPass.underWay === 1 && (await this.#lost.reconcile())) this.#with.due.forget();
      handled = await this.#settlePlanAndClaim();
      this.failures.succeeded({ unwritten: this.#with.settlements.unwritten });
      return nextPass.sleepMs;
    } catch (error) {
      this.failures.failed(error);
      nextPass.noteLostReply();
      throw error;
    } finally {
      nextPass.passEnded({ handled });
    }
  }

  /** Returns how many claims were settled and how many were made. */
  async #settlePlanAndClaim(): Promise<number> {
    const { settings, due, settlements, planTimer } = this.#with;
    const now = settings.clock.now();
    this.#forgetOldDueTimes();
    const batch = settlements.take();
    const isDue = due.nextWakeAt <= now || due.nextDueAt <= now;
    const { isStopped } = this.#budget;
    const aheadMs = !isStopped && isDue ? due.aheadMs(now) : 0;
    const mustPlan = !isStopped && (due.nextWakeAt <= now || aheadMs > 0);
    const claim = this.#budget.forPass(now, { aheadMs, mustPlan });
    const planClaims = mustPlan && this.#steps.mayPlanClaim;
    const settling = batch.length === 0 ? undefined : this.#steps.settle(batch);
    const planning = mustPlan ? this.#steps.plan(aheadMs, planClaims ? claim : undefined) : undefined;
    const claiming = claim === undefined || planClaims ? undefined : this.#steps.claim(claim);
    if (settling !== undefined || claiming !== undefined || this.nextPass.underWay > 1)
      planTimer.rearm(planning);
    const results = await Promise.allSettled([settling, planning, claiming]);
    if (mustPlan && claim === undefined) due.forgetDue();
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    this.#unclaimed.passEnded();
    return results.reduce(
      (sum, result) => sum + (result.status === 'fulfilled' ? (result.value ?? 0) : 0),
      0,
    );
  }

  #forgetOldDueTimes(): void {
    const validMs = this.#lost.isSearchOpen ? AFTER_FAILURE_MS : DUE_TIMES_VALID_MS;
    const monotonic = this.#with.settings.clock.monotonic();
    if (monotonic - this.#steps.plannedAt >= validMs) this.#with.due.forget();
  }
}
