import { prioritySlots } from '../../core/nodes/share-out.ts';
import type { ClaimInput } from '../../core/store/store-passes.ts';
import type { ClaimSelector } from '../places/unstarted-claims.ts';
import { MAX_BATCH, PREFETCH_MS } from '../timing/pace.ts';
import type { PassDeps } from './pass-deps.ts';

/** A claim that was asked for, and whose answer has not come. */
export interface PendingClaim {
  readonly input: ClaimInput;
  /** What was taken back since: the answer may still bring it. */
  readonly takenBack: ClaimSelector[];
}

/** How far ahead a pass plans and claims (ms), and whether more may be due than is known. */
interface PassScope {
  readonly aheadMs: number;
  readonly mustPlan: boolean;
}

/** Decides how many runs this node may claim: those it has places for soon, less those it has asked for. */
export class ClaimBudget {
  readonly #with: PassDeps;
  readonly #pending = new Set<PendingClaim>();
  #isStopped = false;

  constructor(deps: PassDeps) {
    this.#with = deps;
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Whether this node plans and claims nothing: it ends, it was drained, or all jobs are paused. */
  get isStopped(): boolean {
    return this.#isStopped || this.#with.node.isDrained || this.#with.pauseState.isActive;
  }

  get hasPending(): boolean {
    return this.#pending.size > 0;
  }

  /** Whether this node claims and has a free place. */
  get hasFreePlace(): boolean {
    return !this.isStopped && this.#with.executor.places.free > 0;
  }

  /** Counts a claim as pending until its answer has been dealt with. */
  track<T>(claim: PendingClaim, answer: Promise<T>): Promise<T> {
    this.#pending.add(claim);
    return answer.finally(() => this.#pending.delete(claim));
  }

  /** Pending claims may still bring what is taken back now: it goes back when they come. */
  takeBack(selector: ClaimSelector): void {
    for (const claim of this.#pending) claim.takenBack.push(selector);
  }

  /** What to give back of the runs that a claim brings: everything once this node claims nothing more. */
  takenBackOf({ takenBack }: PendingClaim): readonly ClaimSelector[] {
    return this.isStopped ? [{}] : takenBack;
  }

  /** The claim of a pass, if it is to claim anything. */
  forPass(now: number, { aheadMs, mustPlan }: PassScope): PendingClaim | undefined {
    const { executor, throttle, due } = this.#with;
    const { places, unstarted } = executor;
    if (!this.#mayClaim || (!mustPlan && due.nextDueAt > now)) return undefined;
    const allowance = Math.min(throttle.allowance(), MAX_BATCH);
    const forPlaces = between(0, this.#unpromisedPlaces(now), allowance);
    const prefetch = between(0, this.#prefetchTarget - this.#coming, allowance - forPlaces);
    // Due runs come first: those that wait here for long, those left in the store, and all at the floor.
    const waitsLong = unstarted.waiting > 0 && unstarted.waiting >= places.finishedWithin(PREFETCH_MS);
    const isAhead = aheadMs > 0 && !waitsLong && !due.hasUnclaimed && !throttle.isAtFloor;
    const taken = unstarted.waiting + unstarted.ahead + this.#requested.ahead;
    const later = places.idle + places.finishedWithin(aheadMs) - taken;
    const ahead = { ms: aheadMs, runs: isAhead ? between(0, later, allowance) : 0 };
    if (forPlaces + prefetch + ahead.runs === 0) return undefined;
    return this.#claim({ places: forPlaces, prefetch, prioritySlots: this.#prioritySlots, ahead });
  }

  /** The claim of a command that makes one run; undefined unless this node has nothing else to do. */
  forCommand(now: number): PendingClaim | undefined {
    if (!this.#mayClaim || this.hasPending || this.#with.due.nextDueAt <= now) return undefined;
    if (this.#unpromisedPlaces(now) <= 0 || this.#with.throttle.allowance() === 0) return undefined;
    return this.#claim({ places: 1, prefetch: 0 });
  }

  /** Whether this node could claim what is due. A node that is no member looks again once it is one. */
  hasRoom(now: number): boolean {
    return this.#mayClaim && (this.#unpromisedPlaces(now) > 0 || this.#coming < this.#prefetchTarget);
  }

  get #mayClaim(): boolean {
    const { node, settings, settlements } = this.#with;
    return !this.isStopped && node.isMember && settings.concurrency > 0 && !settlements.isBlocked;
  }

  get #prioritySlots(): number {
    const { settings, settlements } = this.#with;
    const { size, isLast } = settlements.priority;
    const { priority } = this.#requested;
    return prioritySlots({
      places: settings.concurrency,
      held: size + priority,
      isLast: isLast || priority > 0,
    });
  }

  #claim(input: Pick<ClaimInput, 'places' | 'prefetch' | 'prioritySlots' | 'ahead'>): PendingClaim {
    const { throttle, node, types } = this.#with;
    throttle.claimed();
    return { input: { node: node.id, types, ...input }, takenBack: [] };
  }

  /** How many runs the pending claims ask for: due ones, ones ahead of their time, slots with priority. */
  get #requested(): { readonly due: number; readonly ahead: number; readonly priority: number } {
    const runs = { due: 0, ahead: 0, priority: 0 };
    for (const { input } of this.#pending) {
      runs.due += input.places + input.prefetch;
      runs.ahead += input.ahead?.runs ?? 0;
      runs.priority += input.prioritySlots ?? 0;
    }
    return runs;
  }

  /** Runs that wait for a place, or will. */
  get #coming(): number {
    return this.#with.executor.unstarted.waiting + this.#requested.due;
  }

  /** Free places that no claimed or requested run is about to take. */
  #unpromisedPlaces(now: number): number {
    const { places, unstarted } = this.#with.executor;
    return places.free - this.#requested.due - unstarted.aheadBy(now + PREFETCH_MS);
  }

  get #prefetchTarget(): number {
    return this.#with.due.onlyForPlaces ? 0 : this.#with.executor.places.finishedWithin(PREFETCH_MS);
  }
}

function between(least: number, value: number, most: number): number {
  return Math.max(Math.min(value, most), least);
}
