import type { Clock } from '../../core/clock.ts';
import { isPausingAll, lateFrom } from '../../core/pauses/pause-all.ts';
import type { PauseOfAll } from '../../core/pauses/pause-of-all.ts';

/** What this node knows of the pause of all jobs. Passes ask it before they plan or claim. */
export class PauseState {
  readonly #clock: Clock;
  #known: PauseOfAll | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The pause, if it holds now. */
  get current(): PauseOfAll | undefined {
    return isPausingAll(this.#known, this.#clock.now()) ? this.#known : undefined;
  }

  /** Whether this node may not plan or claim. A node that never saw a pause pays one comparison. */
  get isActive(): boolean {
    return this.#known !== undefined && this.current !== undefined;
  }

  /** The earliest instant at which something can begin to be late. */
  get lateFrom(): number | undefined {
    return lateFrom(this.#known);
  }

  learn(pause: PauseOfAll | undefined): void {
    this.#known = pause;
  }
}
