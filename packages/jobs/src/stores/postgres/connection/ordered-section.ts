/** Does one part of a piece of work, after the parts of all earlier work are done; a second time at once. */
export type InOrder = <T>(part: () => Promise<T>) => Promise<T>;

/**
 * Begins each piece of work at once. Does one part of each in the order in which the work began; the rest may
 * overtake. A piece of work that ends without its part holds up nothing.
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
