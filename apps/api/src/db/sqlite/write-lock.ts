/** Gives one holder at a time the write connection, in the order they asked. */
export interface WriteLock {
  /** Resolves to the function that gives the lock back; a second call of it does nothing. */
  acquire(): Promise<() => void>;
}

export function createWriteLock(): WriteLock {
  let last: Promise<void> = Promise.resolve();
  return {
    acquire: async () => {
      const before = last;
      const { promise, resolve } = Promise.withResolvers<void>();
      last = promise;
      await before;
      return resolve;
    },
  };
}
