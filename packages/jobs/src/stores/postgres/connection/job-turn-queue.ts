import type { StoreError } from '../../../core/model/errors.ts';
import { LOCK_WAIT_MS } from './database.ts';
import { isBusy } from './database-errors.ts';

/** Asked for so much later at most, one has waited for as long. */
const NEARLY_MS = 200;

interface Turn {
  readonly target: string;
  readonly isAlone: boolean;
}

interface Waiting extends Turn {
  readonly since: number;
  start(): void;
  reject(error: unknown): void;
}

/**
 * At most `max` turns at once, and one fewer on one target: commands on a locked job don't delay those on
 * others. When one has waited for a job and failed, those behind it of nearly the same age fail too. Those
 * that go alone may wait for what the others don't.
 */
export function createJobTurnQueue(max: number) {
  const maxOfOne = Math.max(max - 1, 1);
  const taken = new Map<string, number>();
  /** Targets on which something goes alone. */
  const alone = new Set<string>();
  let total = 0;
  let queue: Waiting[] = [];

  const takenOf = (target: string) => taken.get(target) ?? 0;
  const hasRoom = ({ target, isAlone }: Turn) =>
    total < max && takenOf(target) < maxOfOne && !(isAlone && alone.has(target));
  const count = (target: string, by: 1 | -1) => {
    total += by;
    if (takenOf(target) + by === 0) taken.delete(target);
    else taken.set(target, takenOf(target) + by);
  };
  const startNext = () => {
    const next = total < max ? queue.findIndex(hasRoom) : -1;
    if (next >= 0) queue.splice(next, 1)[0]?.start();
  };
  const giveUp = ({ target, isAlone }: Turn, error: StoreError) => {
    const since = performance.now() - LOCK_WAIT_MS + NEARLY_MS;
    const isDone = (one: Waiting) => one.target === target && one.since <= since && (one.isAlone || !isAlone);
    const done = queue.filter(isDone);
    queue = queue.filter((one) => !isDone(one));
    for (const one of done) one.reject(error);
  };
  const run = async <T>(turn: Turn, work: () => Promise<T>): Promise<T> => {
    count(turn.target, 1);
    if (turn.isAlone) alone.add(turn.target);
    try {
      return await work();
    } catch (error) {
      if (isBusy(error)) giveUp(turn, error);
      throw error;
    } finally {
      count(turn.target, -1);
      if (turn.isAlone) alone.delete(turn.target);
      startNext();
    }
  };

  return {
    /** `isAlone`: beside no other on its target that goes alone; those go in the order of asking. */
    take<T>(target: string, work: () => Promise<T>, isAlone = false): Promise<T> {
      const turn = { target, isAlone };
      if (hasRoom(turn)) return run(turn, work);
      return new Promise((resolve, reject) => {
        const start = () => void run(turn, work).then(resolve, reject);
        queue.push({ ...turn, since: performance.now(), start, reject });
      });
    },
  };
}
