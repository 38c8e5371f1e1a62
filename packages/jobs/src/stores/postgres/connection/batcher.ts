import { type AbortFlag, aborted } from '../../../core/model/errors.ts';
import { isBusy, mayBeDone } from './database-errors.ts';

export interface BatcherDeps<Input, Result> {
  /**
   * Does all of them or none; results are in the order of the inputs. Must not wait long for locks. Two calls
   * may run at once. `signal` fires once the signals of all inputs have.
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
/** So many do not wait for a batch that is under way: the database writes one while the other is made. */
const ENOUGH = 125;

/**
 * Does in one batch the inputs of one turn of the event loop, and those that arrive during earlier batches.
 * When a batch fails, each input is done alone, so none fails for another. A batch leaves out inputs whose
 * signal has fired.
 */
export function createBatcher<Input, Result>({
  together,
  alone,
}: BatcherDeps<Input, Result>): (input: Input, signal?: AbortFlag) => Promise<Result> {
  let waiting: Asked<Input, Result>[] = [];
  let underWay = 0;

  const doNext = () => {
    while (underWay < AT_ONCE && waiting.length >= (underWay === 0 ? 1 : ENOUGH)) {
      const batch = waiting.slice(0, MAX_TOGETHER);
      waiting = waiting.slice(MAX_TOGETHER);
      underWay += 1;
      void doAll(batch).then(() => {
        underWay -= 1;
        doNext();
      });
    }
  };
  const doAll = async (asked: readonly Asked<Input, Result>[]) => {
    const batch = asked.filter(isWanted);
    if (batch.length === 0) return;
    try {
      const signal = {
        get aborted() {
          return batch.every((one) => one.signal?.aborted === true);
        },
      };
      const results = await together(
        batch.map(({ input }) => input),
        signal,
      );
      for (const [n, result] of results.entries()) batch[n]?.resolve(result);
    } catch (error) {
      if (mayBeDone(error) || (batch.length === 1 && !isBusy(error))) {
        for (const one of batch) one.reject(error);
      } else {
        for (const one of batch) void alone(one.input, one.signal).then(one.resolve, one.reject);
      }
    }
  };

  return (input, signal) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, signal, resolve, reject });
      if (waiting.length === 1 || waiting.length % ENOUGH === 0) queueMicrotask(doNext);
    });
}

/** Rejects an input whose caller has given up. */
function isWanted<Input, Result>({ signal, reject }: Asked<Input, Result>): boolean {
  if (signal?.aborted !== true) return true;
  reject(aborted());
  return false;
}
