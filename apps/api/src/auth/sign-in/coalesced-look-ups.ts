import { setImmediate as endOfTurn } from 'node:timers/promises';

/**
 * Shares look-ups: calls with the same key in one turn of the event loop share a look-up that starts at its
 * end, and calls during a look-up share the next one. No result is older than its call.
 */
export function shareLookUps<Found>(
  lookUp: (key: string) => Promise<Found>,
): (key: string) => Promise<Found> {
  /** Look-ups that have not started, by key. */
  const toCome = new Map<string, Promise<Found>>();
  const underWay = new Map<string, Promise<Found>>();

  const begin = async (key: string): Promise<Found> => {
    const before = underWay.get(key);
    if (before !== undefined) await before.catch(() => undefined);
    await endOfTurn();
    const answer = Promise.try(lookUp, key);
    toCome.delete(key);
    underWay.set(key, answer);
    try {
      return await answer;
    } finally {
      underWay.delete(key);
    }
  };
  return (key) => {
    const known = toCome.get(key);
    if (known !== undefined) return known;
    const answer = begin(key);
    toCome.set(key, answer);
    return answer;
  };
}
