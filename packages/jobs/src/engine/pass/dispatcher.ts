import type { TypeVersions } from '../../core/nodes/membership.ts';
import type { JobStore } from '../../core/store/store.ts';
import type { CommandResult } from '../../core/store/store-commands.ts';
import type { EventFeed } from '../events/event-feed.ts';
import type { Node } from '../nodes/node.ts';
import type { Settings } from '../options.ts';
import type { Executor } from '../places/executor.ts';
import type { ClaimSelector } from '../places/unstarted-claims.ts';
import type { Settlements } from '../settling/settlements.ts';
import type { Meter } from '../stats/meter.ts';
import { AFTER_FAILURE_MS, DUE_TIMES_VALID_MS } from '../timing/pace.ts';
import type { Passes } from '../timing/pass-loop.ts';
import type { Timing } from '../timing/timing.ts';
import { ClaimBudget } from './claim-budget.ts';
import { ClaimStep } from './claim-step.ts';
import { type AskForCommand, ClaimingCommands } from './claiming-commands.ts';
import { LostReplies } from './lost-replies.ts';
import { NextPass } from './next-pass.ts';
import { PassFailures } from './pass-failures.ts';
import { PlanStep } from './plan-step.ts';
import { SettleStep } from './settle-step.ts';
import { UnclaimedRuns } from './unclaimed-runs.ts';

export interface DispatcherDeps extends Timing {
  readonly settings: Settings;
  readonly store: JobStore;
  readonly types: TypeVersions;
  readonly node: Node;
  readonly executor: Executor;
  readonly settlements: Settlements;
  readonly events: EventFeed;
  readonly meter: Meter;
}

/**
 * Runs passes. A pass writes the claims that have ended, plans what is due, and claims what there is room
 * for. It asks the store for the three in one turn, so that they can share a transaction, or go side by side.
 */
export class Dispatcher implements Passes {
  readonly #with: DispatcherDeps;
  readonly #budget: ClaimBudget;
  readonly #unclaimed: UnclaimedRuns;
  readonly #lost: LostReplies;
  readonly #nextPass: NextPass;
  readonly #settleStep: SettleStep;
  readonly #claimStep: ClaimStep;
  readonly #planStep: PlanStep;
  readonly #commands: ClaimingCommands;
  readonly failures: PassFailures;

  constructor(deps: DispatcherDeps) {
    const { clock } = deps.settings;
    const budget = new ClaimBudget(deps);
    const unclaimed = new UnclaimedRuns({ ...deps, clock });
    const lost = new LostReplies({ ...deps, budget });
    const nextPass = new NextPass({ ...deps, budget, lost });
    const parts = { ...deps, budget, unclaimed, lost, nextPass };
    const settleStep = new SettleStep(parts);
    const claimStep = new ClaimStep(parts);
    this.#with = deps;
    this.#budget = budget;
    this.#unclaimed = unclaimed;
    this.#lost = lost;
    this.#nextPass = nextPass;
    this.#settleStep = settleStep;
    this.#claimStep = claimStep;
    this.#planStep = new PlanStep({ ...parts, claimStep });
    this.#commands = new ClaimingCommands({ ...parts, settleStep, claimStep });
    this.failures = new PassFailures(clock);
  }

  /** {@link NextPass.recheck} */
  recheck(): void {
    this.#nextPass.recheck();
  }

  /** {@link NextPass.jobCreated} */
  jobCreated(wakeAt: number | undefined): void {
    this.#nextPass.jobCreated(wakeAt);
  }

  /** {@link NextPass.replyLost} */
  replyLost(): void {
    this.#nextPass.replyLost();
  }

  /**
   * Gives back claims that have not started, ahead of a command in the same turn that must find them waiting
   * (P12, cancel; P14, pause).
   */
  takeBack(selector: ClaimSelector): void {
    this.#budget.takeBack(selector);
    this.#with.executor.takeBack(selector);
    this.#settleStep.runBeforeCommand();
  }

  /** Tells the handler of a run to stop. A run that has not started is given back, and so cancelled. */
  cancelRun(runId: string): void {
    this.takeBack({ runId });
    this.#with.executor.running.cancel(runId);
  }

  /** {@link ClaimingCommands.ask} */
  command<T>(jobId: string, ask: AskForCommand, use: (result: CommandResult) => T): Promise<T> {
    const { fault } = this.failures;
    // A run that could never be settled must not be acknowledged.
    if (fault?.code === 'damaged') return Promise.reject(fault);
    return this.#commands.ask(jobId, ask, use);
  }

  /** {@link ClaimingCommands.ended} */
  commandsEnded(): Promise<void> {
    return this.#commands.ended();
  }

  stopClaiming(): void {
    this.#budget.stop();
    this.#with.planTimer.stop();
  }

  minGapMs(lastPassMs: number): number {
    return this.#nextPass.minGapMs(lastPassMs);
  }

  get maxAtOnce(): number {
    return this.#nextPass.maxAtOnce;
  }

  failed(error: unknown): void {
    this.#with.settings.logger.error(
      { err: error },
      'the job store failed; what has ended is kept, and tried again in a second',
    );
  }

  /** Returns how long nothing will be due (ms). */
  async pass(): Promise<number> {
    this.#nextPass.passStarted();
    try {
      if (this.#nextPass.underWay === 1 && (await this.#lost.reconcile())) this.#with.due.forget();
      await this.#pass();
      this.failures.succeeded({ unwritten: this.#with.settlements.unwritten });
      return this.#nextPass.sleepMs;
    } catch (error) {
      this.failures.failed(error);
      this.#nextPass.noteLostReply();
      this.#nextPass.handled(0);
      throw error;
    } finally {
      this.#nextPass.passEnded();
    }
  }

  async #pass(): Promise<void> {
    const { settings, due, settlements, planTimer } = this.#with;
    const now = settings.clock.now();
    this.#forgetOldDueTimes();
    const batch = settlements.take();
    const isDue = due.nextWakeAt <= now || due.nextDueAt <= now;
    const { isStopped } = this.#budget;
    const aheadMs = !isStopped && isDue ? due.aheadMs(now) : 0;
    const mustPlan = !isStopped && (due.nextWakeAt <= now || aheadMs > 0);
    const claim = this.#budget.forPass({ mustPlan, aheadMs, now });
    const planClaims = mustPlan && this.#planStep.mayClaim;
    const steps = [
      batch.length === 0 ? undefined : this.#settleStep.run(batch),
      mustPlan ? this.#planStep.run(aheadMs, planClaims ? claim : undefined) : undefined,
      claim === undefined || planClaims ? undefined : this.#claimStep.run(claim),
    ] as const;
    const [settling, planning, claiming] = steps;
    if (settling !== undefined || claiming !== undefined || this.#nextPass.underWay > 1)
      planTimer.rearm(planning);
    const results = await Promise.allSettled(steps);
    if (mustPlan && claim === undefined) due.forgetDue();
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    const { hasFreePlace } = this.#budget;
    this.#unclaimed.passEnded({ hasFreePlace, isStopping: this.#budget.isStopped });
    const [, planned, claimed] = results;
    this.#nextPass.handled(batch.length + countOf(planned) + countOf(claimed));
  }

  #forgetOldDueTimes(): void {
    const validMs = this.#lost.isSearchOpen ? AFTER_FAILURE_MS : DUE_TIMES_VALID_MS;
    const monotonic = this.#with.settings.clock.monotonic();
    if (monotonic - this.#planStep.lastAskedAt >= validMs) this.#with.due.forget();
  }
}

function countOf(result: PromiseSettledResult<number | undefined>): number {
  return result.status === 'fulfilled' ? (result.value ?? 0) : 0;
}
