import type { Clock } from '../../core/clock.ts';
import type { JobStore, Retention } from '../../core/store/store.ts';
import type { EngineLogger } from '../ports/engine-logger.ts';

/** A start has more to do than that: what came due meanwhile, and the first requests. */
const FIRST_MS = 5_000;
const IDLE_MS = 60_000;
const BETWEEN_BATCHES_MS = 50;
/** The number of batches that take about a minute. */
const BATCHES_A_LOOK = 500;

export interface PrunerDeps {
  readonly store: Pick<JobStore, 'prune' | 'findLeftRuns'>;
  readonly clock: Clock;
  readonly retention: Retention;
  readonly logger: EngineLogger;
  /** Runs have become due that no claim would have found. */
  readonly onFound: () => void;
}

/**
 * Removes old history (P18, bounds), in small batches with pauses between them. Each minute, it also looks for
 * waiting runs that no claim would find (P29, limits and priority).
 */
export class Pruner {
  readonly #with: PrunerDeps;
  #cancel: (() => void) | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = true;
  #batches = 0;

  constructor(deps: PrunerDeps) {
    this.#with = deps;
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
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
    const { store, retention, logger } = this.#with;
    try {
      const { more } = await store.prune(retention);
      this.#batches += 1;
      if (!more || this.#batches % BATCHES_A_LOOK === 0) await this.#findLeftRuns();
      this.#after(more ? BETWEEN_BATCHES_MS : IDLE_MS);
    } catch (error) {
      logger.warn({ err: error }, 'pruning failed; it is tried again in a minute');
      this.#after(IDLE_MS);
    }
  }

  async #findLeftRuns(): Promise<void> {
    const { store, logger, onFound } = this.#with;
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
