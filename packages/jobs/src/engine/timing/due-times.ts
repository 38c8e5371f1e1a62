import type { ClaimedRun, ClaimResult, PlanResult } from '../../core/store/store-passes.ts';
import { EARLY_SHARE } from './pace.ts';

/** A plan or claim under way. Its answer does not know what the engine learns before the answer comes. */
interface PendingQuery {
  /** {@link DueTimes.invalidate} calls until then. */
  readonly invalidations: number;
  /** When the first run is due that was put back since. */
  putBackAt: number;
  /** When the first job is to be planned that was created since. */
  createdWakeAt: number;
}

/** When something becomes due, as far as this node knows. Instants are ms of the store's clock. */
export class DueTimes {
  readonly #aheadMs: number;
  /** The store was asked ahead up to here; what it left of that has a reason to wait until it is due. */
  #askedUpTo = Number.NEGATIVE_INFINITY;
  #nextWakeAt = Number.NEGATIVE_INFINITY;
  #nextDueAt = Number.NEGATIVE_INFINITY;
  #onlyForPlaces = false;
  #hasUnclaimed = false;
  #invalidations = 0;
  #plansUnderWay = 0;
  readonly #queries = new Set<PendingQuery>();

  /** `aheadMs`: how far ahead of their time runs are planned and claimed; 0: not at all. */
  constructor(aheadMs: number) {
    this.#aheadMs = aheadMs;
  }

  /** When to plan next; `-Infinity`: unknown. Later while a plan is under way: its answer mostly tells. */
  get nextWakeAt(): number {
    return this.#plansUnderWay === 0 ? this.#nextWakeAt : this.#nextWakeAt + this.#aheadMs / 2;
  }

  /** A plan is under way, whose answer will tell when to plan next. */
  get isPlanning(): boolean {
    return this.#plansUnderWay > 0;
  }

  /** When to claim next; in the past: not known, or a run is due. */
  get nextDueAt(): number {
    return this.#nextDueAt;
  }

  /** How far ahead to ask at `now`; 0 when what is ahead was asked for already. */
  aheadMs(now: number): number {
    const left = this.#askedUpTo - now;
    return left <= this.#aheadMs / 2 || left > this.#aheadMs ? this.#aheadMs : 0;
  }

  /** Whether due runs must be claimed for free places only, and not in advance (P9, lost nodes). */
  get onlyForPlaces(): boolean {
    return this.#onlyForPlaces;
  }

  /** Whether the last claim left due runs. They come before runs that are not due. */
  get hasUnclaimed(): boolean {
    return this.#hasUnclaimed;
  }

  forget(): void {
    this.#nextWakeAt = Number.NEGATIVE_INFINITY;
    this.#nextDueAt = Number.NEGATIVE_INFINITY;
    this.#onlyForPlaces = false;
  }

  /** Forgets all due times, and those in answers that are on their way: something may be due sooner. */
  invalidate(): void {
    this.#invalidations++;
    this.forget();
  }

  /** A run waits for another attempt, due at `at`. */
  runPutBack(at: number): void {
    this.#nextDueAt = Math.min(this.#nextDueAt, at);
    for (const query of this.#queries) query.putBackAt = Math.min(query.putBackAt, at);
  }

  /** A job was created, to be planned at `wakeAt`. Returns whether that is sooner than known. */
  jobCreated(wakeAt: number): boolean {
    for (const query of this.#queries) query.createdWakeAt = Math.min(query.createdWakeAt, wakeAt);
    const planAt = this.#planAt(wakeAt);
    if (planAt >= this.#nextWakeAt) return false;
    this.#nextWakeAt = planAt;
    return true;
  }

  /** A plan may have made runs due that no claim has seen. */
  forgetDue(): void {
    this.#nextDueAt = Number.NEGATIVE_INFINITY;
  }

  /** Waits for an answer of the store, and adds what was learned meanwhile to what `learn` reads in it. */
  async ask<T>(what: 'plan' | 'claim', answer: Promise<T>, learn: (answer: T) => void): Promise<T> {
    const never = Number.POSITIVE_INFINITY;
    const query = { invalidations: this.#invalidations, putBackAt: never, createdWakeAt: never };
    const plans = what === 'plan' ? 1 : 0;
    this.#queries.add(query);
    this.#plansUnderWay += plans;
    try {
      const result = await answer;
      learn(result);
      this.#nextDueAt = Math.min(this.#nextDueAt, query.putBackAt);
      this.#nextWakeAt = Math.min(this.#nextWakeAt, this.#planAt(query.createdWakeAt));
      if (query.invalidations !== this.#invalidations) this.forget();
      return result;
    } finally {
      this.#queries.delete(query);
      this.#plansUnderWay -= plans;
    }
  }

  /** Learns from a plan that asked `aheadMs` ahead. */
  planned({ now, more, nextWakeAt, queued }: PlanResult, aheadMs: number): void {
    if (aheadMs > 0 && !more) this.#askedUpTo = now + aheadMs;
    const planAt = this.#planAt(nextWakeAt);
    this.#nextWakeAt = more ? Math.min(planAt, (nextWakeAt ?? now) - aheadMs * EARLY_SHARE) : planAt;
    if (queued.length > 0) this.forgetDue();
  }

  /** Learns from a claim that asked for `requested` due runs. Returns whether it left any. */
  claimed({ now, nextDueAt, runs }: ClaimResult, requested: number): boolean {
    this.#nextDueAt = this.#planAt(nextDueAt);
    const isMore = nextDueAt !== undefined && nextDueAt <= now;
    this.#hasUnclaimed = isMore;
    const isDue = ({ availableAt }: ClaimedRun) => availableAt <= now;
    if (requested > 0 || !isMore) this.#onlyForPlaces = isMore && runs.filter(isDue).length < requested;
    return isMore;
  }

  /** {@link claimed} for the claim of a command: due times that passes told since count, too. */
  claimedByCommand({ now, nextDueAt }: ClaimResult): boolean {
    this.#nextDueAt = Math.min(this.#nextDueAt, this.#planAt(nextDueAt));
    return nextDueAt !== undefined && nextDueAt <= now;
  }

  /** When to ask for what is due at `dueAt`: half of the time ahead before it, if not asked already. */
  #planAt(dueAt: number | undefined): number {
    if (dueAt === undefined) return Number.POSITIVE_INFINITY;
    return dueAt <= this.#askedUpTo ? dueAt : dueAt - this.#aheadMs / 2;
  }
}
