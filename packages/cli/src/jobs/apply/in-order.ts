/**
 * Runs `work` for each item, at most `mostAtOnce` at a time, and yields the results in the order of the
 * items. `work` must not reject.
 */
export async function* inOrder<Item, Result>(
  items: readonly Item[],
  mostAtOnce: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const started: Promise<Result>[] = [];
  for (let at = 0; at < items.length; at += 1) {
    for (const item of items.slice(started.length, at + mostAtOnce)) started.push(work(item));
    const result = started[at];
    if (result !== undefined) yield await result;
  }
}
