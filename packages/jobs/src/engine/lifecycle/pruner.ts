import type { Clock } from '../../core/clock.ts';
import type { JobStore, Retention } from '../../core/store/store.ts';
import type { EngineLogger } from '../ports/engine-logger.ts';

/** A start has more to do than that: what came due meanwhile, and the first requests. */
const FIRST_MS = 5_000;
const IDLE_MS = 60_000;
const BETWEEN_BATCHES_MS = 50;

export interface PrunerDeps {
  readonly store: Pick<JobStore, 'prune' | 'findLeftRuns'>;
  readonly clock: Clock;
  readonly retention: Retention;
  readonly logger: EngineLogger;
  /** Runs have become due that no claim would have found. */
  readonly onFound: () => void;
}

/**
 * Removes old history (P18, bounds), in small batches with pauses between them. Each minute, it also looks
 * for waiting runs that no claim would find (P29, limits and priority).
 */
export class Pruner {
  readonly #with: PrunerDeps;
  #cancel: (() => void) | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = true;
  #lookedAt = 0;

  constructor(deps: PrunerDeps) {
    this.#with = deps;
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#lookedAt = this.#with.clock.now();
    this.#after(FIRST_MS);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#running;
  }

  #after(ms: number): void {
    if (this.#stopped) return;
    this.#cancel = this.#with.clock.setTimer(ms, () => {
      this.#running = this.#prune();
    });
  }

  async #prune(): Promise<void> {
    const isMore = await this.#pruneBatch();
    const isLookDue = Math.abs(this.#with.clock.now() - this.#lookedAt) >= IDLE_MS;
    // Runs wait for the look, so it does not depend on pruning, which may have much to do or fail for long.
    if (!isMore || isLookDue) await this.#findLeftRuns();
    this.#after(isMore ? BETWEEN_BATCHES_MS : IDLE_MS);
  }

  /** Whether more is left to prune. */
  async #pruneBatch(): Promise<boolean> {
    const { store, retention, logger } = this.#with;
    try {
      return (await store.prune(retention)).more;
    } catch (error) {
      logger.warn({ err: error }, 'pruning failed; the engine tries again in a minute');
      return false;
    }
  }

  async #findLeftRuns(): Promise<void> {
    const { store, clock, logger, onFound } = this.#with;
    this.#lookedAt = clock.now();
    try {
      if (await store.findLeftRuns?.()) onFound();
    } catch (error) {
      logger.warn(
        { err: error },
        'the engine could not look for runs of types with limits that no node would start; it tries again in a minute',
      );
    }
  }
}
