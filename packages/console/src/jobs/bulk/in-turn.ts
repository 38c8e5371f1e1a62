/** The result of {@link inTurn}. */
export interface TurnResult<T> {
  readonly done: readonly T[];
  readonly failed: readonly { readonly item: T; readonly error: unknown }[];
  /** Items that were not started. */
  readonly left: readonly T[];
}

interface InTurnOptions<T> {
  /** How many items are in work at the same time. */
  readonly atOnce: number;
  /** Aborting starts no more items, but waits for those in work: their outcome would be unknown otherwise. */
  readonly signal?: AbortSignal;
  /** Called after each item. */
  readonly onProgress?: (ended: number) => void;
  /** Whether every other item would fail in the same way. Then no more items start. */
  readonly stopsAll?: (error: unknown) => boolean;
  readonly work: (item: T) => Promise<void>;
}

/**
 * Runs `work` on each item, in order and a few at a time. An error does not stop the others. Never throws.
 */
export async function inTurn<T>(items: readonly T[], options: InTurnOptions<T>): Promise<TurnResult<T>> {
  const { atOnce, signal, onProgress, stopsAll, work } = options;
  const done: T[] = [];
  const failed: { item: T; error: unknown }[] = [];
  const waiting = items.values();
  let begun = 0;
  let isOver = false;

  const one = async (): Promise<void> => {
    while (!isOver && signal?.aborted !== true) {
      const { value: item, done: isLast } = waiting.next();
      if (isLast === true) return;
      begun++;
      try {
        await work(item);
        done.push(item);
      } catch (error) {
        failed.push({ item, error });
        isOver ||= stopsAll?.(error) === true;
      }
      onProgress?.(done.length + failed.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, one));
  return { done, failed, left: items.slice(begun) };
}
