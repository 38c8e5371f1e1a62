import type { TypeVersions } from '../../core/nodes/membership.ts';
import type { JobStore } from '../../core/store/store.ts';
import type { PlanInput, PlanResult } from '../../core/store/store-passes.ts';
import type { EventFeed } from '../events/event-feed.ts';
import type { Settings } from '../options.ts';
import type { Meter } from '../stats/meter.ts';
import type { DueTimes } from '../timing/due-times.ts';
import { PLAN_BATCH } from '../timing/pace.ts';
import type { ClaimBudget, PendingClaim } from './claim-budget.ts';
import type { ClaimStep } from './claim-step.ts';
import type { UnclaimedRuns } from './unclaimed-runs.ts';

export interface PlanStepDeps {
  readonly settings: Settings;
  readonly store: JobStore;
  readonly types: TypeVersions;
  readonly due: DueTimes;
  readonly budget: ClaimBudget;
  readonly claimStep: ClaimStep;
  readonly unclaimed: UnclaimedRuns;
  readonly events: EventFeed;
  readonly meter: Meter;
}

/** Makes runs of the slots that are due, and claims them in the same transaction where it can. */
export class PlanStep {
  readonly #with: PlanStepDeps;
  #lastAskedAt = Number.NEGATIVE_INFINITY;
  #mayClaim = true;

  constructor(deps: PlanStepDeps) {
    this.#with = deps;
  }

  /** When the store was last asked what is due (monotonic ms). */
  get lastAskedAt(): number {
    return this.#lastAskedAt;
  }

  /** Whether a plan may claim, too. Not after a plan that failed: claims then go without it. */
  get mayClaim(): boolean {
    return this.#mayClaim;
  }

  /** With `claim`, it claims what it plans. Returns how many runs were claimed. */
  async run(aheadMs: number, claim: PendingClaim | undefined): Promise<number> {
    const { types, settings, budget } = this.#with;
    this.#lastAskedAt = settings.clock.monotonic();
    const input = { types, limit: PLAN_BATCH, aheadMs };
    try {
      const { claimed } = await (claim === undefined
        ? this.#ask(input, undefined)
        : budget.track(claim, () => this.#ask({ ...input, claim: claim.input }, claim)));
      this.#mayClaim = true;
      return claimed?.runs.length ?? 0;
    } catch (error) {
      this.#mayClaim = false;
      throw error;
    }
  }

  #ask(
    input: PlanInput & { readonly aheadMs: number },
    claim: PendingClaim | undefined,
  ): Promise<PlanResult> {
    const { store, due, claimStep } = this.#with;
    return due.askForPlan(store.plan(input), (result) => {
      this.#planned(result, input.aheadMs);
      if (claim !== undefined && result.claimed !== undefined) claimStep.claimed(result.claimed, claim);
    });
  }

  #planned(result: PlanResult, aheadMs: number): void {
    const { events, meter, settings, due, unclaimed } = this.#with;
    for (const { jobId, message } of result.failed)
      settings.logger.error({ jobId, message }, 'a job could not be planned; it is tried again in a minute');
    for (const run of result.queued) events.emit('run.queued', run.jobId, run.id);
    for (const run of result.skipped) {
      if (run.reason !== undefined) meter.skipped(run.reason);
      events.emit('run.skipped', run.jobId, run.id, { reason: run.reason });
    }
    due.planned(result, aheadMs);
    if (result.queued.length > 0) unclaimed.found();
  }
}
