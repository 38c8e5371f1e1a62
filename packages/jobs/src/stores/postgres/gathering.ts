import { isBusy, mayBeDone } from './database-errors.ts';

export interface GatheringDeps<Input, Result> {
  /**
   * All of them or nothing; results in the order of the inputs. It does not wait for long for what others hold. Two of these may be
   * under way.
   */
  together(inputs: readonly Input[]): Promise<readonly Result[]>;
  alone(input: Input): Promise<Result>;
}

interface Asked<Input, Result> {
  readonly input: Input;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

const MAX_TOGETHER = 250;
const AT_ONCE = 2;
/** So many do not wait for a batch that is under way: the database writes one while the other is made. */
const ENOUGH = 125;

/**
 * Does together what is asked for in one turn of the event loop, and what is asked for while others are under way; much of it in a
 * second batch beside them. Nothing else is waited for. When a batch fails, none fails for another: each is done alone.
 */
export function createGathering<Input, Result>({
  together,
  alone,
}: GatheringDeps<Input, Result>): (input: Input) => Promise<Result> {
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
  const doAll = async (batch: readonly Asked<Input, Result>[]) => {
    try {
      const results = await together(batch.map(({ input }) => input));
      for (const [n, result] of results.entries()) batch[n]?.resolve(result);
    } catch (error) {
      if (mayBeDone(error) || (batch.length === 1 && !isBusy(error))) {
        for (const one of batch) one.reject(error);
      } else {
        for (const one of batch) void alone(one.input).then(one.resolve, one.reject);
      }
    }
  };

  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject });
      if (waiting.length === 1 || waiting.length % ENOUGH === 0) queueMicrotask(doNext);
    });
}
