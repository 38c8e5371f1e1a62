type Work = () => Promise<unknown>;

export interface WorkQueueOptions {
  /** The most pieces of work that wait. */
  readonly most: number;
  /** Called when the first piece is dropped. */
  readonly full: () => void;
  /** Runs after the work that waited, if some was dropped. */
  readonly caughtUp: Work;
  readonly failed: (error: unknown) => Promise<unknown> | undefined;
}

/** Does one piece of work after the other. Drops more than `most` until all that waited is done. */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  #waiting = 0;
  #isFull = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  add(work: Work): void {
    const { most, full, caughtUp, failed } = this.#options;
    if (this.#isFull) return;
    if (this.#waiting === most) {
      this.#isFull = true;
      full();
      this.#then(() => {
        this.#isFull = false;
        return caughtUp();
      });
      return;
    }
    this.#waiting += 1;
    this.#then(() => work().catch(failed));
    this.#then(async () => {
      this.#waiting -= 1;
    });
  }

  /** Resolves once all work that was added so far is done. */
  caughtUp(): Promise<unknown> {
    return this.#last;
  }

  #then(work: Work): void {
    this.#last = this.#last.then(work);
  }
}
