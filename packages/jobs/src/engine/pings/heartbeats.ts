import type { Clock } from '../../core/clock.ts';

export interface HeartbeatsDeps {
  readonly clock: Pick<Clock, 'setTimer'>;
  /** Rejects or throws while the node can't write and claim runs. */
  readonly check: () => Promise<void>;
  readonly beat: () => void;
}

/** A process that dies within this time, again and again, sends none. */
const FIRST_MS = 10_000;
const EVERY_MS = 60_000;

/**
 * Tells a monitor each minute that this node plans and claims (P26, pings). It is silent while it does not.
 */
export class Heartbeats {
  readonly #with: HeartbeatsDeps;
  #cancel: (() => void) | undefined;
  #isStopped = false;

  constructor(deps: HeartbeatsDeps) {
    this.#with = deps;
  }

  start(): void {
    if (this.#cancel === undefined) this.#after(FIRST_MS);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
  }

  #after(ms: number): void {
    if (this.#isStopped) return;
    this.#cancel = this.#with.clock.setTimer(ms, () => {
      this.#after(EVERY_MS);
      // The health of the node and its log say why it can't.
      this.#with.check().then(
        () => this.#isStopped || this.#with.beat(),
        () => undefined,
      );
    });
  }
}
