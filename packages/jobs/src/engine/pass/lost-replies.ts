import type { JobStore } from '../../core/store.ts';
import type { EventFeed } from '../events/event-feed.ts';
import type { Node } from '../nodes/node.ts';
import type { Settings } from '../options.ts';
import type { Executor } from '../places/executor.ts';
import type { SettlementQueue } from '../settling/settlement-queue.ts';
import { AFTER_FAILURE_MS } from '../timing/pass-loop.ts';
import type { ClaimBudget } from './claim-budget.ts';

/** A transaction whose answer got lost may still be written: so long at most. */
const LOST_MS = 60_000;

export interface LostRepliesDeps {
  readonly settings: Settings;
  readonly store: JobStore;
  readonly node: Node;
  readonly executor: Pick<Executor<unknown>, 'fences'>;
  readonly settlements: Pick<SettlementQueue, 'fences'>;
  readonly claims: Pick<ClaimBudget<unknown>, 'isUnderWay'>;
  readonly events: EventFeed;
}

/**
 * Answers of the store that never came. The work may still be done up to a minute later. Until then, claims
 * that nobody here holds are looked for and given back, and the store is asked for due runs.
 */
export class LostReplies {
  readonly #with: LostRepliesDeps;
  #lookUntil = Number.NEGATIVE_INFINITY;
  #nextLookAt = Number.NEGATIVE_INFINITY;
  #isLooking = false;

  constructor(deps: LostRepliesDeps) {
    this.#with = deps;
  }

  /** One was lost, or what one was about could not all be given back. */
  keepLooking(): void {
    this.#lookUntil = this.#now + LOST_MS;
  }

  /** What one was about may still turn up, or is still to be given back. */
  get areLookedFor(): boolean {
    return this.#now < this.#lookUntil;
  }

  /** Claims are looked for right now, or it is time to: nothing else may claim meanwhile. */
  get isLookDue(): boolean {
    return this.#isLooking || (this.areLookedFor && this.#now >= this.#nextLookAt);
  }

  /**
   * Gives back what this node has claimed and does not hold, if it is time to look; nothing else that claims
   * may be under way. Returns whether something was given back.
   */
  async reconcile(): Promise<boolean> {
    // What a command has claimed is not held yet.
    if (!this.isLookDue || this.#with.claims.isUnderWay) return false;
    this.#isLooking = true;
    try {
      return await this.#look();
    } finally {
      this.#isLooking = false;
    }
  }

  async #look(): Promise<boolean> {
    const { store, node, executor, settlements, events } = this.#with;
    const holds = [...executor.fences(), ...settlements.fences()];
    const { givenBack, left, ended = [] } = await store.reconcile({ node: node.id, tellsEnded: true, holds });
    events.runsOver(ended);
    this.#nextLookAt = this.#now + AFTER_FAILURE_MS;
    // Those of jobs that others hold wait until they don't; nothing else waits for that.
    if (left > 0) this.keepLooking();
    return givenBack > 0;
  }

  get #now(): number {
    return this.#with.settings.clock.monotonic();
  }
}
