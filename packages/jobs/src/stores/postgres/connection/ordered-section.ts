/**
 * Runs the ordered part of a piece of work after the parts of all earlier work. A second call runs at once.
 */
export type InOrder = <T>(part: () => Promise<T>) => Promise<T>;

/**
 * Starts each piece of work at once, but runs one part of each in the order in which the work started. Work
 * that ends without its part delays nothing.
 */
export class OrderedSection {
  #last: Promise<unknown> = Promise.resolve();

  async begin<T>(work: (inOrder: InOrder) => Promise<T>): Promise<T> {
    const before = this.#last;
    const own = Promise.withResolvers<void>();
    this.#last = before.then(() => own.promise);
    try {
      return await work(async (part) => {
        await before;
        try {
          return await part();
        } finally {
          own.resolve();
        }
      });
    } finally {
      own.resolve();
    }
  }
}
