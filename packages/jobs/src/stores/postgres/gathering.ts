import { type AbortFlag, aborted } from '../../core/errors.ts';
import { isBusy, mayBeDone } from './database-errors.ts';

export interface GatheringDeps<Input, Result> {
  /**
   * All of them or nothing; results in the order of the inputs. It does not wait for long for what others
   * hold. Two of these may be under way. `signal` has fired once those of all inputs have.
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
 * Does together what is asked for in one turn of the event loop, and what is asked for while others are under
 * way; much of it in a second batch beside them. Nothing else is waited for. When a batch fails, none fails
 * for another: each is done alone. A batch leaves out those whose signal has fired before it begins.
 */
export function createGathering<Input, Result>({
  together,
  alone,
}: GatheringDeps<Input, Result>): (input: Input, signal?: AbortFlag) => Promise<Result> {
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

/** Rejects what nobody waits for any more. */
function isWanted<Input, Result>({ signal, reject }: Asked<Input, Result>): boolean {
  if (signal?.aborted !== true) return true;
  reject(aborted());
  return false;
}
