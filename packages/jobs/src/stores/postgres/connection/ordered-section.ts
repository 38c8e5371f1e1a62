/**
 * Does one part of a piece of work, once all work that was begun before has done its own, or ended without;
 * again: at once.
 */
export type InOrder = <T>(part: () => Promise<T>) => Promise<T>;

/**
 * Begins each piece of work at once. They may overtake each other, but for one part of each: those parts are
 * done one by one, in the order in which their work began.
 */
export function createOrder(): <T>(work: (inOrder: InOrder) => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return async (work) => {
    const before = last;
    const own = Promise.withResolvers<void>();
    last = before.then(() => own.promise);
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
  };
}
