/**
 * Remembers what a pure function made of its last `capacity` keys, and forgets the least recently used first.
 * It changes no result, only its cost, so it may be at module level. A throw is not remembered.
 */
export function createMemo<T>(capacity: number, make: (key: string) => T): (key: string) => T {
  const values = new Map<string, T>();
  let newestKey: string | undefined;
  return (key) => {
    const known = values.get(key);
    if (known !== undefined && key === newestKey) return known;
    const value = known ?? make(key);
    // A Map keeps the order of insertion: taken out and put back, a key is the newest.
    values.delete(key);
    values.set(key, value);
    newestKey = key;
    if (values.size > capacity) {
      const [oldest] = values.keys();
      if (oldest !== undefined) values.delete(oldest);
    }
    return value;
  };
}
