import { StoreError } from '../../core/errors.ts';
import { LOCK_WAIT_MS } from './database.ts';

/** Lets so much be done at once, the rest in the order in which it came. */
export interface Turns {
  /** `isAlone`: beside no other work on its target. */
  take<T>(target: string, work: () => Promise<T>, isAlone?: boolean): Promise<T>;
}

interface Turn {
  readonly target: string;
  /** How many of the turns that one target may have. */
  readonly share: number;
}

interface Waiting extends Turn {
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
  const hasRoom = ({ target, share }: Turn) => total < max && takenOf(target) + share <= maxOfOne;
  const count = ({ target, share }: Turn, by: 1 | -1) => {
    total += by;
    const left = takenOf(target) + by * share;
    if (left === 0) taken.delete(target);
    else taken.set(target, left);
  };
  const isFirst = (turn: Turn) => queue.find(({ target }) => target === turn.target) === turn;
  const startNext = () => {
    const next = total < max ? queue.findIndex((turn) => hasRoom(turn) && isFirst(turn)) : -1;
    if (next >= 0) queue.splice(next, 1)[0]?.start();
  };
  const giveUp = (target: string, error: StoreError) => {
    const since = performance.now() - LOCK_WAIT_MS;
    const isDone = (one: Waiting) => one.target === target && one.since <= since;
    const done = queue.filter(isDone);
    queue = queue.filter((one) => !isDone(one));
    for (const one of done) one.reject(error);
  };
  const run = async <T>(turn: Turn, work: () => Promise<T>): Promise<T> => {
    count(turn, 1);
    try {
      return await work();
    } catch (error) {
      if (error instanceof StoreError && error.code === 'busy') giveUp(turn.target, error);
      throw error;
    } finally {
      count(turn, -1);
      for (let freed = 0; freed < turn.share; freed++) startNext();
    }
  };

  return {
    take(target, work, isAlone = false) {
      const turn = { target, share: isAlone ? maxOfOne : 1 };
      if (hasRoom(turn) && !queue.some((one) => one.target === target)) return run(turn, work);
      return new Promise((resolve, reject) => {
        const start = () => void run(turn, work).then(resolve, reject);
        queue.push({ ...turn, since: performance.now(), start, reject });
      });
    },
  };
}
