import type { Clock } from '../../core/clock.ts';
import type { DueTimes } from './due-times.ts';
import { AFTER_FAILURE_MS, LONGEST_SLEEP_MS, PLAN_RETRY_MS } from './pace.ts';
import type { PassLoop } from './pass-loop.ts';

export interface PlanTimerDeps {
  readonly clock: Clock;
  readonly due: DueTimes;
  readonly loop: PassLoop;
}

/** Starts a plan on time while passes are under way. Without one, the loop sleeps until the next plan. */
export class PlanTimer {
  readonly #with: PlanTimerDeps;
  #isStopped = false;
  #cancelTimer: (() => void) | undefined;

  constructor(deps: PlanTimerDeps) {
    this.#with = deps;
  }

  /** Time until the next plan is due; infinite when that is not known, or no plan will be made. */
  get msUntilPlan(): number {
    const { due, clock } = this.#with;
    if (this.#isStopped || !Number.isFinite(due.nextWakeAt)) return Number.POSITIVE_INFINITY;
    return Math.max(due.nextWakeAt - clock.now(), 0);
  }

  /** Whether to plan now: also when the next time is not known, unless a plan under way will tell it. */
  get isPlanDue(): boolean {
    const { due, clock } = this.#with;
    if (this.#isStopped || due.nextWakeAt > clock.now()) return false;
    return Number.isFinite(due.nextWakeAt) || !due.isPlanning;
  }

  /** Sets the timer to the next plan, and sets it again once `planning` has told when that is. */
  rearm(planning?: Promise<unknown>): void {
    planning?.then(
      () => this.rearm(),
      () => this.#planIn(AFTER_FAILURE_MS),
    );
    this.#planIn(this.isPlanDue ? 0 : this.msUntilPlan);
  }

  /** For when no pass is under way: the loop knows when the next one starts. */
  cancel(): void {
    this.#cancelTimer?.();
  }

  /** No plan is due from now on. */
  stop(): void {
    this.#isStopped = true;
    this.cancel();
  }

  #planIn(ms: number): void {
    this.cancel();
    if (this.#isStopped) return;
    const { clock, loop } = this.#with;
    this.#cancelTimer = clock.setTimer(Math.min(ms, LONGEST_SLEEP_MS), () => {
      if (!this.isPlanDue) return this.rearm();
      loop.wake(0);
      // The pass does not start while two are under way, or beside requests.
      this.#planIn(PLAN_RETRY_MS);
    });
  }
}
