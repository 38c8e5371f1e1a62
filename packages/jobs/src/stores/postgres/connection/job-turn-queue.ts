import type { StoreError } from '../../../core/model/errors.ts';
import { LOCK_WAIT_MS } from './database.ts';
import { isBusy } from './database-errors.ts';

/** Commands that arrive within this time of each other count as equally old. */
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
 * Runs at most `max` commands at once, and one fewer on the same job, so that a locked job does not stop
 * others. If a command waited for its job and failed, commands of nearly the same age on that job fail too.
 * But a failed `isAlone` command fails only other `isAlone` commands, because its locks are stronger.
 */
export class JobTurnQueue {
  readonly #max: number;
  readonly #taken = new Map<string, number>();
  /** Targets on which an `isAlone` command runs. */
  readonly #alone = new Set<string>();
  #total = 0;
  #queue: Waiting[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  /** `isAlone`: runs beside no other `isAlone` command on its target. Such commands keep their order. */
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
