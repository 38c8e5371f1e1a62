interface LookUp<Found> {
  readonly current: Promise<Found>;
  /** For those who have asked since it began. */
  next: Promise<Found> | undefined;
}

/** Of many who ask for the same key, those who come during a look-up share the next one: no answer is older than its question. */
export function shareLookUps<Found>(
  lookUp: (key: string) => Promise<Found>,
): (key: string) => Promise<Found> {
  const underWay = new Map<string, LookUp<Found>>();
  const begin = (key: string): Promise<Found> => {
    const one: LookUp<Found> = { current: Promise.try(lookUp, key), next: undefined };
    underWay.set(key, one);
    const end = () => {
      if (one.next === undefined) underWay.delete(key);
    };
    one.current.then(end, end);
    return one.current;
  };
  return (key) => {
    const one = underWay.get(key);
    if (one === undefined) return begin(key);
    one.next ??= one.current.catch(() => undefined).then(() => begin(key));
    return one.next;
  };
}
