import type { RegroupHow } from '../../core/store/limit-store.ts';
import type { StoredLimits } from '../../core/type-limits/type-limits.ts';
import type { EngineParts } from '../engine-parts.ts';

/** After this time (ms), all nodes have read the limits that a node has changed. */
const READ_BY_ALL_MS = 2_000;
const AFTER_FAILURE_MS = 10_000;

/**
 * Stores the limits of this node's types, and lets live runs change their groups (P29, limits and priority).
 */
export class TypeLimitsAtStart {
  readonly #with: EngineParts;
  #cancel: (() => void) | undefined;
  #regrouping: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(deps: EngineParts) {
    this.#with = deps;
  }

  /** Call it before the node joins, so that the other nodes then read the new limits. */
  async open(): Promise<void> {
    const { store, registry, settings } = this.#with;
    // A node without places runs no type, so it says nothing about limits.
    const types = settings.concurrency === 0 ? [] : registry.types;
    const offered = types.map(({ jobType: { type, version }, limits = {} }) => ({ type, version, limits }));
    const changed = await store.setTypeLimits(offered);
    if (changed.length === 0) return;
    // Runs that wait already must not start above the new limits.
    await this.#regroup({});
    // Nodes that did not know the limits yet may have made runs.
    this.#cancel = settings.clock.setTimer(READ_BY_ALL_MS, () => this.#again(changed));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#regrouping;
  }

  #again(changed: readonly StoredLimits[]): void {
    const { settings, dispatcher } = this.#with;
    this.#regrouping = this.#regroup({ done: changed }).then(
      () => dispatcher.nextPass.recheck(),
      (error: unknown) => {
        settings.logger.warn(
          { err: error },
          'the engine could not move runs to the groups of new limits; it tries again in 10 s',
        );
        if (this.#isStopped) return;
        this.#cancel = settings.clock.setTimer(AFTER_FAILURE_MS, () => this.#again(changed));
      },
    );
  }

  async #regroup(how: RegroupHow): Promise<void> {
    const { store } = this.#with;
    let after: number | undefined = 0;
    while (after !== undefined && !this.#isStopped) after = await store.regroupRuns(after, how);
  }
}
