import { StoreError } from '../../core/errors.ts';
import { LOCK_WAIT_MS } from './database.ts';

/** Lets so much be done at once, the rest in the order in which it came. */
export interface Turns {
  take<T>(target: string, work: () => Promise<T>): Promise<T>;
}

interface Waiting {
  readonly target: string;
  readonly since: number;
  start(): void;
  reject(error: unknown): void;
}

/**
 * At most `max` turns at once, and one fewer on the same target: commands that wait for a job which a caller's transaction holds
 * don't keep those on other jobs waiting. When one has waited for that job in vain, so have those behind it that are as old.
 */
export function createTurns(max: number): Turns {
  const maxOfOne = Math.max(max - 1, 1);
  const taken = new Map<string, number>();
  let total = 0;
  let queue: Waiting[] = [];

  const takenOf = (target: string) => taken.get(target) ?? 0;
  const hasRoom = (target: string) => total < max && takenOf(target) < maxOfOne;
  const count = (target: string, by: 1 | -1) => {
    total += by;
    if (takenOf(target) + by === 0) taken.delete(target);
    else taken.set(target, takenOf(target) + by);
  };
  const startNext = () => {
    const next = total < max ? queue.findIndex(({ target }) => hasRoom(target)) : -1;
    if (next >= 0) queue.splice(next, 1)[0]?.start();
  };
  const giveUp = (target: string, error: StoreError) => {
    const since = performance.now() - LOCK_WAIT_MS;
    const isDone = (one: Waiting) => one.target === target && one.since <= since;
    const done = queue.filter(isDone);
    queue = queue.filter((one) => !isDone(one));
    for (const one of done) one.reject(error);
  };
  const run = async <T>(target: string, work: () => Promise<T>): Promise<T> => {
    count(target, 1);
    try {
      return await work();
    } catch (error) {
      if (error instanceof StoreError && error.code === 'busy') giveUp(target, error);
      throw error;
    } finally {
      count(target, -1);
      startNext();
    }
  };

  return {
    take(target, work) {
      if (hasRoom(target)) return run(target, work);
      return new Promise((resolve, reject) => {
        const start = () => void run(target, work).then(resolve, reject);
        queue.push({ target, since: performance.now(), start, reject });
      });
    },
  };
}
