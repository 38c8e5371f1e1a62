/** What became of a list of things that were done one after the other. */
export interface TurnResult<T> {
  readonly done: readonly T[];
  readonly failed: readonly { readonly item: T; readonly error: unknown }[];
  /** Never begun, because it was stopped before. */
  readonly left: readonly T[];
}

interface InTurnOptions<T> {
  /** At most so many at once. */
  readonly atOnce: number;
  /**
   * Begins no further one; those at work are waited for, since their outcome could not be known otherwise.
   */
  readonly signal?: AbortSignal;
  /** Told after each one. */
  readonly onProgress?: (ended: number) => void;
  /** Whether all that follow would fail in the same way: then none of them is begun. */
  readonly isHopeless?: (error: unknown) => boolean;
  readonly work: (item: T) => Promise<void>;
}

/**
 * Does the same with each of many, in their order and a few at once. One that fails holds up no other. Never
 * throws.
 */
export async function inTurn<T>(items: readonly T[], options: InTurnOptions<T>): Promise<TurnResult<T>> {
  const { atOnce, signal, onProgress, isHopeless, work } = options;
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
        isOver ||= isHopeless?.(error) === true;
      }
      onProgress?.(done.length + failed.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, one));
  return { done, failed, left: items.slice(begun) };
}
