import type { EngineLogger } from '../ports/engine-logger.ts';
import type { AttemptObserver } from '../ports/engine-stats.ts';

/** Tells observers of attempts. An observer that throws is removed, so that no run fails because of it. */
export class AttemptObservers implements AttemptObserver {
  readonly #logger: Pick<EngineLogger, 'error'>;
  readonly #observers = new Set<AttemptObserver>();

  constructor(logger: Pick<EngineLogger, 'error'>) {
    this.#logger = logger;
  }

  add(observer: AttemptObserver): () => void {
    this.#observers.add(observer);
    return () => void this.#observers.delete(observer);
  }

  started(attempt: Parameters<AttemptObserver['started']>[0]): void {
    for (const observer of this.#observers) this.#call(observer, () => observer.started(attempt));
  }

  ended(attempt: Parameters<AttemptObserver['ended']>[0]): void {
    for (const observer of this.#observers) this.#call(observer, () => observer.ended(attempt));
  }

  #call(observer: AttemptObserver, call: () => void): void {
    try {
      call();
    } catch (err) {
      this.#observers.delete(observer);
      this.#logger.error({ err }, 'an observer of attempts threw an error and was removed');
    }
  }
}
