import { StoreError } from '../../core/errors.ts';
import { mayBeDone } from './database-errors.ts';

export interface GatheringDeps<Input, Result> {
  /** All of them or nothing; results in the order of the inputs. It does not wait for long for what others hold. */
  together(inputs: readonly Input[]): Promise<readonly Result[]>;
  alone(input: Input): Promise<Result>;
}

interface Asked<Input, Result> {
  readonly input: Input;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

const MAX_TOGETHER = 250;

/**
 * Does together what is asked for in one turn of the event loop, and what is asked for while others are under way. Nothing else is
 * waited for. When that fails, none fails for another: each is done alone, beside those that come next.
 */
export function createGathering<Input, Result>({
  together,
  alone,
}: GatheringDeps<Input, Result>): (input: Input) => Promise<Result> {
  let waiting: Asked<Input, Result>[] = [];
  /** Ends when what was asked for so far has been done together, or is being done alone. */
  let tail: Promise<void> = Promise.resolve();

  const doNext = async () => {
    const batch = waiting.slice(0, MAX_TOGETHER);
    waiting = waiting.slice(MAX_TOGETHER);
    if (waiting.length > 0) tail = tail.then(doNext);
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
      if (waiting.length === 0) tail = tail.then(doNext);
      waiting.push({ input, resolve, reject });
    });
}

function isBusy(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'busy';
}
