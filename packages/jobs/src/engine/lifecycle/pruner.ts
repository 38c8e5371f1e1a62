import type { Clock } from '../../core/clock.ts';
import type { JobStore, Retention } from '../../core/store/store.ts';
import type { EngineLogger } from '../ports/engine-logger.ts';

/** A start has more to do than that: what came due meanwhile, and the first requests. */
const FIRST_MS = 5_000;
const IDLE_MS = 60_000;
const BETWEEN_BATCHES_MS = 50;

export interface PrunerDeps {
  readonly store: Pick<JobStore, 'prune'>;
  readonly clock: Clock;
  readonly retention: Retention;
  readonly logger: EngineLogger;
}

/** Removes old history (P18, bounds), in small batches with pauses between them. */
export class Pruner {
  readonly #with: PrunerDeps;
  #cancel: (() => void) | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = true;

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
      this.#after(more ? BETWEEN_BATCHES_MS : IDLE_MS);
    } catch (error) {
      logger.warn({ err: error }, 'pruning failed; it is tried again in a minute');
      this.#after(IDLE_MS);
    }
  }
}
