import { type AbortFlag, aborted } from '../../../core/model/errors.ts';
import { isBusy, mayBeDone } from './database-errors.ts';

export interface BatcherDeps<Input, Result> {
  /**
   * Does all inputs or none. Results are in the order of the inputs. Must not wait long for locks. Two calls
   * may run at once. `signal` fires when the signals of all inputs have fired.
   */
  together(inputs: readonly Input[], signal: AbortFlag): Promise<readonly Result[]>;
  alone(input: Input, signal?: AbortFlag): Promise<Result>;
}

interface Asked<Input, Result> {
  readonly input: Input;
  readonly signal: AbortFlag | undefined;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

const MAX_TOGETHER = 250;
const AT_ONCE = 2;
/**
 * A batch of this size does not wait for the previous one: the database writes one while this process builds
 * the other.
 */
const ENOUGH = 125;

/**
 * Combines inputs into batches: all of one turn of the event loop, or all that arrive during a batch. After a
 * batch that has certainly failed, does each input alone, so that no input fails because of another. Leaves
 * out inputs whose signal has fired.
 */
export class Batcher<Input, Result> {
  readonly #deps: BatcherDeps<Input, Result>;
  #waiting: Asked<Input, Result>[] = [];
  #underWay = 0;

  constructor(deps: BatcherDeps<Input, Result>) {
    this.#deps = deps;
  }

  add(input: Input, signal?: AbortFlag): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ input, signal, resolve, reject });
      const count = this.#waiting.length;
      if (count === 1 || count % ENOUGH === 0) queueMicrotask(() => this.#doNext());
    });
  }

  #doNext(): void {
    while (this.#underWay < AT_ONCE && this.#waiting.length >= (this.#underWay === 0 ? 1 : ENOUGH)) {
      const batch = this.#waiting.slice(0, MAX_TOGETHER);
      this.#waiting = this.#waiting.slice(MAX_TOGETHER);
      this.#underWay += 1;
      void this.#doAll(batch).then(() => {
        this.#underWay -= 1;
        this.#doNext();
      });
    }
  }

  async #doAll(asked: readonly Asked<Input, Result>[]): Promise<void> {
    const { together, alone } = this.#deps;
    const batch = asked.filter(isWanted);
    if (batch.length === 0) return;
    try {
      const signal = {
        get aborted() {
          return batch.every((one) => one.signal?.aborted === true);
        },
      };
      const inputs = batch.map(({ input }) => input);
      const results = await together(inputs, signal);
      for (const [n, result] of results.entries()) batch[n]?.resolve(result);
    } catch (error) {
      if (mayBeDone(error) || (batch.length === 1 && !isBusy(error))) {
        for (const one of batch) one.reject(error);
      } else {
        for (const one of batch) void alone(one.input, one.signal).then(one.resolve, one.reject);
      }
    }
  }
}

/** Rejects an input whose caller no longer wants it. */
function isWanted<Input, Result>({ signal, reject }: Asked<Input, Result>): boolean {
  if (signal?.aborted !== true) return true;
  reject(aborted());
  return false;
}
