import type { ClaimResult, PlanInput, PlanResult, SettleBatchResult } from '../../core/store/store-passes.ts';
import type { EndedClaim } from '../settling/ended-claim.ts';
import { LOOK_FOR_ENDS_MS, PLAN_BATCH } from '../timing/pace.ts';
import { announcePauses } from './announce-pauses.ts';
import type { ClaimBudget, PendingClaim } from './claim-budget.ts';
import { DamagedJobs } from './damaged-jobs.ts';
import type { NextPass } from './next-pass.ts';
import type { PassDeps } from './pass-deps.ts';
import type { UnclaimedRuns } from './unclaimed-runs.ts';

interface PassStepsDeps extends PassDeps {
  readonly budget: ClaimBudget;
  readonly unclaimed: UnclaimedRuns;
  readonly nextPass: NextPass;
}

/** The steps of a pass: each asks the store, and hands the answer to the parts that act on it. */
export class PassSteps {
  readonly #with: PassStepsDeps;
  readonly #damagedJobs: DamagedJobs;
  #plannedAt = Number.NEGATIVE_INFINITY;
  #mayPlanClaim = true;
  /** Ends of upstream runs that may wait, if any. */
  #waitingEnds: PlanInput['startsChains'];
  #lookedForAllEndsAt = Number.NEGATIVE_INFINITY;

  constructor(deps: PassStepsDeps) {
    this.#with = deps;
    this.#damagedJobs = new DamagedJobs(deps.settings.logger);
  }

  /** When the store was last asked what is due (monotonic ms). */
  get plannedAt(): number {
    return this.#plannedAt;
  }

  /** Whether a plan may claim, too. Not after a plan that failed: claims then go without it. */
  get mayPlanClaim(): boolean {
    return this.#mayPlanClaim;
  }

  /** Writes claims that have ended. Returns how many. */
  async settle(batch: readonly EndedClaim[]): Promise<number> {
    const { store, alerts, settlements, due, budget, unclaimed, nextPass } = this.#with;
    let result: SettleBatchResult;
    try {
      result = await store.settle(batch.map(({ input }) => input));
    } catch (error) {
      settlements.putBack(batch);
      throw error;
    }
    due.runPutBack(settlements.written(batch, result.results));
    if (result.paused !== undefined) announcePauses(this.#with, result.paused);
    if (result.hasAlerts) alerts.wake();
    if (result.hasEnds) this.lookForEnds();
    if (result.wake) {
      if (!budget.hasFreePlace) unclaimed.found();
      nextPass.recheck();
    }
    return batch.length;
  }

  /** The next plan, which starts at once, turns ends of upstream runs into runs (P32, chains and gates). */
  lookForEnds(): void {
    this.#waitingEnds ??= 'noted';
    this.#with.nextPass.recheck();
  }

  /** Writes all that waits, ahead of a command asked for in the same turn: the store keeps that order. */
  settleBeforeCommand(): void {
    const { settlements, nextPass } = this.#with;
    const batch = settlements.takeAll();
    if (batch.length === 0) return;
    this.settle(batch).then(
      () => nextPass.wakeWhenDue(),
      () => nextPass.replyLost(),
    );
  }

  /** Makes runs of due slots, and claims some with `claim`. Returns how many were claimed. */
  async plan(aheadMs: number, claim: PendingClaim | undefined): Promise<number> {
    const { store, types, settings, budget, due } = this.#with;
    this.#plannedAt = settings.clock.monotonic();
    const startsChains = this.#takeWaitingEnds();
    const input = {
      types,
      limit: PLAN_BATCH,
      aheadMs,
      ...(startsChains === undefined ? {} : { startsChains }),
      ...(claim === undefined ? {} : { claim: claim.input }),
    };
    const planning = due.ask('plan', store.plan(input), (result) => {
      this.#planned(result, aheadMs);
      if (result.hasEnds) this.#waitingEnds ??= startsChains ?? 'noted';
      if (claim !== undefined && result.claimed !== undefined) this.#claimed(result.claimed, claim);
    });
    try {
      const { claimed } = await (claim === undefined ? planning : budget.track(claim, planning));
      this.#mayPlanClaim = true;
      return claimed?.runs.length ?? 0;
    } catch (error) {
      this.#mayPlanClaim = false;
      this.#waitingEnds ??= startsChains;
      throw error;
    }
  }

  /** The ends of upstream runs for the next plan. A dead node or an earlier version may have left some. */
  #takeWaitingEnds(): PlanInput['startsChains'] {
    const isDue = this.#plannedAt - this.#lookedForAllEndsAt >= LOOK_FOR_ENDS_MS;
    const ends = isDue ? 'all' : this.#waitingEnds;
    if (ends === 'all') this.#lookedForAllEndsAt = this.#plannedAt;
    this.#waitingEnds = undefined;
    return ends;
  }

  /** Claims runs. Returns how many. */
  async claim(claim: PendingClaim): Promise<number> {
    const { store, budget, due } = this.#with;
    const claiming = due.ask('claim', store.claim(claim.input), (result) => this.#claimed(result, claim));
    return (await budget.track(claim, claiming)).runs.length;
  }

  /** Takes the runs that a command has made and claimed. */
  claimedByCommand(result: ClaimResult, claim: PendingClaim): void {
    const { due, unclaimed } = this.#with;
    if (due.claimedByCommand(result)) unclaimed.found();
    this.#accept(result, claim);
  }

  #planned(result: PlanResult, aheadMs: number): void {
    const { alerts, events, meter, settings, due, unclaimed } = this.#with;
    for (const { jobId, message } of result.failed)
      settings.logger.error(
        { jobId, message },
        'a job could not be planned; the engine tries again in a minute',
      );
    for (const run of result.queued) events.emit('run.queued', run.jobId, run.id);
    for (const run of result.skipped) {
      if (run.reason !== undefined) meter.skipped(run.reason);
      events.emit('run.skipped', run.jobId, run.id, { reason: run.reason });
    }
    if (result.replaced !== undefined) events.runsEnded(result.replaced);
    if (result.cancelRequests !== undefined) this.#stop(result.cancelRequests.map(({ runId }) => runId));
    if (result.paused !== undefined) announcePauses(this.#with, result.paused);
    if (result.hasAlerts) alerts.wake();
    due.planned(result, aheadMs);
    if (result.queued.length > 0) unclaimed.found();
  }

  /** Tells the handlers of runs to stop, on whichever node. */
  #stop(runIds: readonly string[]): void {
    const { budget, executor, node } = this.#with;
    for (const runId of runIds) {
      budget.takeBack({ runId });
      executor.takeBack({ runId });
      executor.running.cancel(runId);
    }
    node.notify({ kind: 'cancel', runIds });
  }

  #claimed(result: ClaimResult, claim: PendingClaim): void {
    const { due, unclaimed, executor } = this.#with;
    const { places, prefetch, ahead } = claim.input;
    unclaimed.claimed({ hasLeft: due.claimed(result, places + prefetch) });
    this.#accept(result, claim);
    // Runs claimed ahead may have become due on their way.
    if ((ahead?.runs ?? 0) > 0) executor.surplus.giveBack(prefetch);
  }

  #accept(result: ClaimResult, claim: PendingClaim): void {
    const { executor, budget } = this.#with;
    this.#damagedJobs.warn(result.jobs);
    executor.accept(result, budget.takenBackOf(claim));
  }
}
