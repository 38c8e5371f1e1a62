import {
  AFTER_FAILURE_MS,
  FULL_PASS,
  LONGEST_SLEEP_MS,
  MIN_PASS_GAP_MS,
  THROTTLED_RETRY_MS,
} from '../timing/pace.ts';
import type { ClaimBudget } from './claim-budget.ts';
import type { LostReplies } from './lost-replies.ts';
import type { PassDeps } from './pass-deps.ts';

interface NextPassDeps extends PassDeps {
  readonly budget: ClaimBudget;
  readonly lost: LostReplies;
}

/** Decides when the next pass starts, by what is due, what waits to be written, and the load. */
export class NextPass {
  readonly #with: NextPassDeps;
  #underWay = 0;
  #wasFull = false;

  constructor(deps: NextPassDeps) {
    this.#with = deps;
  }

  get underWay(): number {
    return this.#underWay;
  }

  passStarted(): void {
    this.#underWay++;
  }

  /** `handled`: settlements and claims. After a full pass the next one starts at once: more has gathered. */
  passEnded({ handled }: { readonly handled: number }): void {
    this.#wasFull = handled >= FULL_PASS;
    this.#underWay--;
    if (this.#underWay === 0) this.#with.planTimer.cancel();
  }

  /** Something may be due sooner than known: asks for a pass that looks at everything. */
  recheck(): void {
    this.#with.settlements.retryPostponed();
    this.#with.due.invalidate();
    this.#wake(0);
  }

  /** A job was created, to be planned at `wakeAt`; without one, it never runs by itself. */
  jobCreated(wakeAt: number | undefined): void {
    if (wakeAt === undefined) return;
    const { due, settings } = this.#with;
    const isSooner = due.jobCreated(wakeAt);
    // A job is due while the loop sleeps: the clock has jumped ahead, or the due times are not known.
    const isDue = due.nextWakeAt <= settings.clock.now();
    if (isSooner || isDue) this.#wake(this.sleepMs);
  }

  /** A command ended, or settlements were written beside a pass: a run may have become due. */
  wakeWhenDue(): void {
    this.#with.loop.wake(this.sleepMs);
  }

  /** A reply of the store was lost. The next pass waits, since the store may not be available. */
  replyLost(): void {
    this.noteLostReply();
    this.#with.loop.wake(AFTER_FAILURE_MS);
  }

  /** The command or pass may be written, and may have made runs due that nobody announces. */
  noteLostReply(): void {
    this.#with.lost.extendSearch();
    this.#with.due.invalidate();
  }

  minGapMs(lastPassMs: number): number {
    const { throttle, planTimer } = this.#with;
    const pauseMs = Math.min(throttle.pauseMs(lastPassMs), planTimer.msUntilPlan);
    return Math.max(this.#wasFull ? 0 : MIN_PASS_GAP_MS, pauseMs);
  }

  /** A second pass uses a busy store, or serves due slots; not beside requests (P20) or a search. */
  get maxAtOnce(): number {
    const { throttle, planTimer, lost } = this.#with;
    const isNeeded = (this.#wasFull || planTimer.isPlanDue) && !lost.isSearchDue;
    return isNeeded && !throttle.isServingRequests ? 2 : 1;
  }

  /** How long nothing will be due (ms). */
  get sleepMs(): number {
    const { settings, throttle, settlements, budget, due, lost } = this.#with;
    const gatherMs = settlements.waiting > 0 ? settlements.gatherMs : LONGEST_SLEEP_MS;
    const settleMs = Math.min(settlements.msUntilRetry, gatherMs, LONGEST_SLEEP_MS);
    if (budget.isStopped) return settleMs;
    const now = settings.clock.now();
    const claimAt = budget.hasRoom(now) ? due.nextDueAt : Number.POSITIVE_INFINITY;
    const dueMs = Math.min(due.nextWakeAt, claimAt) - now;
    const leastMs = throttle.allowance() === 0 ? THROTTLED_RETRY_MS : 0;
    const mostMs = lost.isSearchOpen ? AFTER_FAILURE_MS : LONGEST_SLEEP_MS;
    return Math.min(Math.max(dueMs, leastMs), settleMs, mostMs);
  }

  #wake(ms: number): void {
    this.#with.loop.wake(ms);
    if (this.#underWay > 0) this.#with.planTimer.rearm();
  }
}
