import { AFTER_FAILURE_MS, LOST_REPLY_MS } from '../timing/pace.ts';
import type { ClaimBudget } from './claim-budget.ts';
import type { PassDeps } from './pass-deps.ts';

interface LostRepliesDeps extends PassDeps {
  readonly budget: ClaimBudget;
}

/**
 * Handles lost replies of the store. Their transactions may commit up to a minute later. Until then, known
 * due times are not trusted, and the engine gives back claims that it does not know of.
 */
export class LostReplies {
  readonly #with: LostRepliesDeps;
  #searchUntil = Number.NEGATIVE_INFINITY;
  #nextSearchAt = Number.NEGATIVE_INFINITY;
  #isSearching = false;

  constructor(deps: LostRepliesDeps) {
    this.#with = deps;
  }

  /** A reply was lost, or claims could not be given back: searches for another minute. */
  extendSearch(): void {
    this.#searchUntil = this.#now + LOST_REPLY_MS;
  }

  /** Whether lost claims may still turn up, or are still to be given back. */
  get isSearchOpen(): boolean {
    return this.#now < this.#searchUntil;
  }

  /** Whether a search is under way or due: nothing else may claim meanwhile. */
  get isSearchDue(): boolean {
    return this.#isSearching || (this.isSearchOpen && this.#now >= this.#nextSearchAt);
  }

  /** Gives back unknown claims of this node, if a search is due. Returns whether there were any. */
  async reconcile(): Promise<boolean> {
    // What a command claims is not known here until its reply comes.
    if (!this.isSearchDue || this.#with.budget.hasPending) return false;
    this.#isSearching = true;
    try {
      return await this.#search();
    } finally {
      this.#isSearching = false;
    }
  }

  async #search(): Promise<boolean> {
    const { store, node, executor, settlements, events, alerts, hooks } = this.#with;
    const holds = [...executor.fences(), ...settlements.fences()];
    const { givenBack, left, ended = [] } = await store.reconcile({ node: node.id, withEnded: true, holds });
    events.runsEnded(ended);
    hooks.runsOver(ended);
    // The transactions of the lost replies, or this search, may have put alerts into the outbox.
    alerts.wake();
    this.#nextSearchAt = this.#now + AFTER_FAILURE_MS;
    // Another transaction has locked the jobs of the rest. Nothing else waits for those.
    if (left > 0) this.extendSearch();
    return givenBack > 0;
  }

  get #now(): number {
    return this.#with.settings.clock.monotonic();
  }
}
