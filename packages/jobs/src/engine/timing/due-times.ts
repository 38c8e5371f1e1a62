import type { ClaimedRun, ClaimResult, PlanResult } from '../../core/store-passes.ts';

/** A plan or claim that was asked for: its answer may not know of what is told before it comes. */
interface PendingQuery {
  /** How often a look was asked for until then. */
  readonly looks: number;
  /** When the first of the runs that were put back since is due. */
  putBackAt: number;
  /** When the first of the jobs that were made since is to be planned. */
  madeWakeAt: number;
}

/**
 * Where more comes than one plan takes, the next one begins so much of the time ahead before what is left
 * comes, not half of it: such plans follow each other closely, and one that is held up a little makes nothing
 * late.
 */
const EARLY_SHARE = 0.7;

/** When something comes due, as far as this node knows. */
export class DueTimes {
  readonly #aheadMs: number;
  /**
   * Up to then the store was asked ahead: what it has left of that, there was a reason to leave until it is
   * due.
   */
  #askedUpTo = Number.NEGATIVE_INFINITY;
  #nextWakeAt = Number.NEGATIVE_INFINITY;
  #nextDueAt = Number.NEGATIVE_INFINITY;
  #onlyForPlaces = false;
  #hasLeft = false;
  #looks = 0;
  /** How many plans are under way. */
  #plans = 0;
  readonly #questions = new Set<PendingQuery>();

  /** `aheadMs`: how far the store is asked ahead of what comes due; 0: not at all. */
  constructor(aheadMs: number) {
    this.#aheadMs = aheadMs;
  }

  /**
   * When to look for jobs to be planned; `-Infinity`: it is not known. While a plan is under way its answer
   * mostly tells: until then one more only begins where it would come too late.
   */
  get nextWakeAt(): number {
    return this.#plans === 0 ? this.#nextWakeAt : this.#nextWakeAt + this.#aheadMs / 2;
  }

  /** A plan is under way, whose answer will tell when to look. */
  get isPlanning(): boolean {
    return this.#plans > 0;
  }

  /** When to look for runs to be claimed; in the past: it is not known, or there is one. */
  get nextDueAt(): number {
    return this.#nextDueAt;
  }

  /** How far to ask ahead at `now`: not again for what was asked for already. */
  aheadMs(now: number): number {
    const left = this.#askedUpTo - now;
    return left <= this.#aheadMs / 2 || left > this.#aheadMs ? this.#aheadMs : 0;
  }

  /** What is due is not to be claimed ahead of a free place (P9). */
  get onlyForPlaces(): boolean {
    return this.#onlyForPlaces;
  }

  /** The last claim has left something that is due: it comes before what is not. */
  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  /** What is known is not trusted any more. */
  forget(): void {
    this.#nextWakeAt = Number.NEGATIVE_INFINITY;
    this.#nextDueAt = Number.NEGATIVE_INFINITY;
    this.#onlyForPlaces = false;
  }

  /** Something may be due sooner than known, and than answers that are on their way say. */
  invalidate(): void {
    this.#looks++;
    this.forget();
  }

  /** A run waits for another attempt, due then. */
  putBack(at: number): void {
    this.#nextDueAt = Math.min(this.#nextDueAt, at);
    for (const question of this.#questions) question.putBackAt = Math.min(question.putBackAt, at);
  }

  /**
   * A job was made, to be planned then: nothing else needs to be looked at. Returns whether that is sooner
   * than known.
   */
  jobMade(wakeAt: number): boolean {
    for (const question of this.#questions) question.madeWakeAt = Math.min(question.madeWakeAt, wakeAt);
    const lookAt = this.#lookAt(wakeAt);
    if (lookAt >= this.#nextWakeAt) return false;
    this.#nextWakeAt = lookAt;
    return true;
  }

  /** What planning has let go may be due, and no claim has looked at it. */
  forgetDue(): void {
    this.#nextDueAt = Number.NEGATIVE_INFINITY;
  }

  /** Asks the store, and learns from the answer; what is told meanwhile counts as well. */
  async ask<T>(answer: Promise<T>, learn: (answer: T) => void): Promise<T> {
    const never = Number.POSITIVE_INFINITY;
    const question: PendingQuery = { looks: this.#looks, putBackAt: never, madeWakeAt: never };
    this.#questions.add(question);
    try {
      const told = await answer;
      learn(told);
      this.#nextDueAt = Math.min(this.#nextDueAt, question.putBackAt);
      this.#nextWakeAt = Math.min(this.#nextWakeAt, this.#lookAt(question.madeWakeAt));
      if (question.looks !== this.#looks) this.forget();
      return told;
    } finally {
      this.#questions.delete(question);
    }
  }

  /** {@link ask} for a plan. */
  async askForPlan<T>(answer: Promise<T>, learn: (answer: T) => void): Promise<T> {
    this.#plans++;
    try {
      return await this.ask(answer, learn);
    } finally {
      this.#plans--;
    }
  }

  /** `aheadMs`: how far the store was asked ahead. */
  planned({ now, more, nextWakeAt, queued }: PlanResult, aheadMs: number): void {
    if (aheadMs > 0 && !more) this.#askedUpTo = now + aheadMs;
    const lookAt = this.#lookAt(nextWakeAt);
    this.#nextWakeAt = more ? Math.min(lookAt, (nextWakeAt ?? now) - aheadMs * EARLY_SHARE) : lookAt;
    if (queued.length > 0) this.forgetDue();
  }

  /** `asked`: how many that are due. Returns whether more are due than were claimed. */
  claimed({ now, nextDueAt, runs }: ClaimResult, asked: number): boolean {
    this.#nextDueAt = this.#lookAt(nextDueAt);
    const isMore = nextDueAt !== undefined && nextDueAt <= now;
    this.#hasLeft = isMore;
    const isDue = ({ availableAt }: ClaimedRun) => availableAt <= now;
    if (asked > 0 || !isMore) this.#onlyForPlaces = isMore && runs.filter(isDue).length < asked;
    return isMore;
  }

  /** {@link claimed} beside passes: what those have told meanwhile may be newer, and counts for as much. */
  claimedBeside({ now, nextDueAt }: ClaimResult): boolean {
    this.#nextDueAt = Math.min(this.#nextDueAt, this.#lookAt(nextDueAt));
    return nextDueAt !== undefined && nextDueAt <= now;
  }

  #lookAt(dueAt: number | undefined): number {
    if (dueAt === undefined) return Number.POSITIVE_INFINITY;
    return dueAt <= this.#askedUpTo ? dueAt : dueAt - this.#aheadMs / 2;
  }
}
