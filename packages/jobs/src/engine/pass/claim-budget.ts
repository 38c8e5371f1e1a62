import type { TypeVersions } from '../../core/membership.ts';
import { prioritySlots } from '../../core/share-out.ts';
import type { ClaimInput, ClaimResult } from '../../core/store-passes.ts';
import type { Node } from '../nodes/node.ts';
import type { Settings } from '../options.ts';
import type { Executor } from '../places/executor.ts';
import type { ClaimSelector } from '../places/unstarted-claims.ts';
import type { SettlementQueue } from '../settling/settlement-queue.ts';
import type { DueTimes } from '../timing/due-times.ts';
import { MAX_BATCH, type Throttle } from '../timing/throttle.ts';

/** A node holds as many claimed runs as it finishes in this time, by recent durations. */
const PREFETCH_MS = 20;
/** But not more than this: of a drain, one part is on its way, one waits, and one runs. */
const MAX_HELD = 3 * MAX_BATCH;

export interface ClaimBudgetDeps<Deps> {
  readonly settings: Settings;
  readonly node: Node;
  readonly types: TypeVersions;
  readonly executor: Executor<Deps>;
  readonly throttle: Throttle;
  readonly settlements: Pick<SettlementQueue, 'isFull'>;
}

/** A claim that was asked for and is not here yet. */
export interface PendingClaim {
  readonly input: ClaimInput;
  /** What was to be taken back since: the answer may still bring it. */
  readonly takenBack: ClaimSelector[];
}

/**
 * How many runs this node may claim: as many as it has places for soon, less those that it has asked for
 * already.
 */
export class ClaimBudget<Deps> {
  readonly #with: ClaimBudgetDeps<Deps>;
  readonly #due: DueTimes;
  readonly #underWay = new Set<PendingClaim>();
  /** By fence, slots that were claimed before runs that were due earlier, until they have ended. */
  readonly #priority = new Set<number>();
  /** The last run that was claimed is one of these. */
  #isLastPriority = false;
  #stopped = false;

  constructor(deps: ClaimBudgetDeps<Deps>, due: DueTimes) {
    this.#with = deps;
    this.#due = due;
  }

  /** No more from now on. */
  stop(): void {
    this.#stopped = true;
  }

  get isStopped(): boolean {
    return this.#stopped;
  }

  get isUnderWay(): boolean {
    return this.#underWay.size > 0;
  }

  /** Asks for a claim, and keeps it in mind until what `ask` returns is here and dealt with. */
  async make<T>(claim: PendingClaim, ask: () => Promise<T>): Promise<T> {
    this.#underWay.add(claim);
    try {
      return await ask();
    } finally {
      this.#underWay.delete(claim);
    }
  }

  /** A claim has come. */
  claimed({ runs }: ClaimResult): void {
    for (const { fence, hasPriority = false } of runs) {
      if (hasPriority) this.#priority.add(fence);
      this.#isLastPriority = hasPriority;
    }
  }

  /** One that has come has ended. */
  ended(fence: number): void {
    this.#priority.delete(fence);
  }

  /** What answers on their way may still bring is to be taken back. */
  takeBack(which: ClaimSelector): void {
    for (const claim of this.#underWay) claim.takenBack.push(which);
  }

  /** That of a pass, at `now`. `mustPlan`: more may be due than is known. */
  ofPass({
    mustPlan,
    aheadMs,
    now,
  }: {
    readonly mustPlan: boolean;
    readonly aheadMs: number;
    readonly now: number;
  }): PendingClaim | undefined {
    const { executor, throttle } = this.#with;
    if (!this.#mayClaim || (!mustPlan && this.#due.nextDueAt > now)) return undefined;
    const { unstarted } = executor;
    const allowance = Math.min(throttle.allowance(), MAX_BATCH);
    const places = between(0, this.#unpromisedPlaces(now), allowance);
    const prefetch = between(0, this.#prefetchTarget - this.#coming, allowance - places);
    // Not while due ones wait, here for long or in the store, nor when there are so few claims that due ones
    // need each of them.
    const waitsLong = unstarted.waiting > 0 && unstarted.waiting >= this.#endedWithin(PREFETCH_MS);
    const isAhead = aheadMs > 0 && !waitsLong && !this.#due.hasLeft && !throttle.isAtFloor;
    const taken = unstarted.waiting + unstarted.ahead + this.#asked.ahead;
    const later = executor.idlePlaces + this.#endedWithin(aheadMs) - taken;
    const ahead = { ms: aheadMs, runs: isAhead ? between(0, later, allowance) : 0 };
    if (places + prefetch + ahead.runs === 0) return undefined;
    return this.#claim({ places, prefetch, prioritySlots: this.#prioritySlots, ahead });
  }

  /** That of a command that makes one run, for a node that has nothing else to do. */
  ofCommand(now: number): PendingClaim | undefined {
    if (!this.#mayClaim || this.isUnderWay || this.#due.nextDueAt <= now) return undefined;
    if (this.#unpromisedPlaces(now) <= 0 || this.#with.throttle.allowance() === 0) return undefined;
    return this.#claim({ places: 1, prefetch: 0 });
  }

  /**
   * Whether this node could take what is due. One that is no member claims nothing; once it is one again, it
   * looks.
   */
  hasRoom(now: number): boolean {
    return this.#mayClaim && (this.#unpromisedPlaces(now) > 0 || this.#coming < this.#prefetchTarget);
  }

  /** How many of the runs that wait for a place here won't get one soon; but `kept` were meant to wait. */
  excess(kept = 0): number {
    const { unstarted, idlePlaces } = this.#with.executor;
    return Math.max(unstarted.waiting - idlePlaces - Math.max(this.#endedWithin(PREFETCH_MS), kept), 0);
  }

  get #mayClaim(): boolean {
    const { node, settings, settlements } = this.#with;
    return !this.#stopped && node.isMember && settings.concurrency > 0 && !settlements.isFull;
  }

  get #prioritySlots(): number {
    let asked = 0;
    for (const { input } of this.#underWay) asked += input.prioritySlots ?? 0;
    return prioritySlots({
      places: this.#with.settings.concurrency,
      held: this.#priority.size + asked,
      isLast: this.#isLastPriority || asked > 0,
    });
  }

  #claim(input: Pick<ClaimInput, 'places' | 'prefetch' | 'prioritySlots' | 'ahead'>): PendingClaim {
    const { throttle, node, types } = this.#with;
    throttle.claimed();
    return { input: { node: node.id, types, ...input }, takenBack: [] };
  }

  /** Runs asked for that are not here yet. */
  get #asked(): { readonly now: number; readonly ahead: number } {
    const runs = { now: 0, ahead: 0 };
    for (const { input } of this.#underWay) {
      runs.now += input.places + input.prefetch;
      runs.ahead += input.ahead?.runs ?? 0;
    }
    return runs;
  }

  /** Runs that wait for a place, or will. */
  get #coming(): number {
    return this.#with.executor.unstarted.waiting + this.#asked.now;
  }

  /** Free places that nothing claimed, or asked for, is about to take. */
  #unpromisedPlaces(now: number): number {
    const { executor } = this.#with;
    return executor.freePlaces - this.#asked.now - executor.unstarted.aheadBy(now + PREFETCH_MS);
  }

  get #prefetchTarget(): number {
    return this.#due.onlyForPlaces ? 0 : this.#endedWithin(PREFETCH_MS);
  }

  /** As many runs as this node's places come to the end of in so long, by recent durations. */
  #endedWithin(ms: number): number {
    const { executor, settings } = this.#with;
    const runs = (ms / Math.max(executor.meanDurationMs, 0.001)) * settings.concurrency;
    return Math.min(Math.floor(runs), MAX_HELD);
  }
}

function between(least: number, value: number, most: number): number {
  return Math.max(Math.min(value, most), least);
}
