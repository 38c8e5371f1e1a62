import type { StoreError } from '../../../core/model/errors.ts';
import { LOCK_WAIT_MS } from './database.ts';
import { isBusy } from './database-errors.ts';

/** Commands asked for within this time of each other have waited for equally long. */
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
 * others. When a command fails after it waited for a job, the commands of nearly the same age behind it fail
 * too. A failed command that goes alone fails only others that go alone: its locks are more than theirs.
 */
export class JobTurnQueue {
  readonly #max: number;
  readonly #taken = new Map<string, number>();
  /** Targets with a turn that goes alone. */
  readonly #alone = new Set<string>();
  #total = 0;
  #queue: Waiting[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  /** `isAlone`: beside no other such turn on its target; these go in the order of asking. */
  take<T>(target: string, work: () => Promise<T>, isAlone = false): Promise<T> {
    const turn = { target, isAlone };
    if (this.#hasRoom(turn)) return this.#run(turn, work);
    return new Promise((resolve, reject) => {
      const start = () => void this.#run(turn, work).then(resolve, reject);
      this.#queue.push({ ...turn, since: performance.now(), start, reject });
    });
  }

  async #run<T>(turn: Turn, work: () => Promise<T>): Promise<T> {
    this.#count(turn.target, 1);
    if (turn.isAlone) this.#alone.add(turn.target);
    try {
      return await work();
    } catch (error) {
      if (isBusy(error)) this.#giveUp(turn, error);
      throw error;
    } finally {
      this.#count(turn.target, -1);
      if (turn.isAlone) this.#alone.delete(turn.target);
      this.#startNext();
    }
  }

  #hasRoom({ target, isAlone }: Turn): boolean {
    const hasTurn = this.#total < this.#max && (this.#taken.get(target) ?? 0) < Math.max(this.#max - 1, 1);
    return hasTurn && !(isAlone && this.#alone.has(target));
  }

  #count(target: string, by: 1 | -1): void {
    this.#total += by;
    const taken = (this.#taken.get(target) ?? 0) + by;
    if (taken === 0) this.#taken.delete(target);
    else this.#taken.set(target, taken);
  }

  #startNext(): void {
    const next = this.#total < this.#max ? this.#queue.findIndex((one) => this.#hasRoom(one)) : -1;
    if (next >= 0) this.#queue.splice(next, 1)[0]?.start();
  }

  #giveUp({ target, isAlone }: Turn, error: StoreError): void {
    const since = performance.now() - LOCK_WAIT_MS + NEARLY_MS;
    const isDone = (one: Waiting) => one.target === target && one.since <= since && (one.isAlone || !isAlone);
    const done = this.#queue.filter(isDone);
    this.#queue = this.#queue.filter((one) => !isDone(one));
    for (const one of done) one.reject(error);
  }
}
