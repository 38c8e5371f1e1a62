/** A type without `readonly`, for the function that creates an object. Nobody else writes to it. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A copy without some optional keys (absent is not `undefined` here); the same object if it has none. */
export function without<T extends object, K extends keyof T>(
  value: T,
  ...keys: readonly K[]
): Omit<T, K> & Partial<Pick<T, K>> {
  if (!keys.some((key) => key in value)) return value;
  const copy = { ...value };
  for (const key of keys) delete copy[key];
  return copy;
}

/** The keys of an object that has no others. */
export function keysOf<K extends string>(value: Readonly<Record<K, unknown>>): readonly K[] {
  const keys: K[] = [];
  for (const key in value) keys.push(key);
  return keys;
}

/** Whether a value of unknown origin has properties that can be read. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
