import { getHeapStatistics } from 'node:v8';

export interface Bounds<V> {
  /** The most bytes of all values; never more than an eighth of the heap that this thread may have. */
  readonly maxBytes: number;
  /** A rough count is enough. */
  bytesOf(value: V): number;
}

/** What can be had again and is kept as long as there is room: what was put in first goes first. */
export class BoundedMap<K, V> {
  readonly #values = new Map<K, V>();
  readonly #bytesOf: Bounds<V>['bytesOf'];
  readonly #maxBytes: number;
  #bytes = 0;

  constructor({ maxBytes, bytesOf }: Bounds<V>) {
    this.#bytesOf = bytesOf;
    this.#maxBytes = Math.min(maxBytes, getHeapStatistics().heap_size_limit / 8);
  }

  get(key: K): V | undefined {
    return this.#values.get(key);
  }

  /** Gives the values that have gone for it; never this one. */
  put(key: K, value: V): readonly V[] {
    const before = this.#values.get(key);
    this.#values.set(key, value);
    this.#bytes += this.#bytesOf(value) - (before === undefined ? 0 : this.#bytesOf(before));
    return this.#bytes > this.#maxBytes ? this.#makeRoom(key) : NONE;
  }

  delete(key: K): void {
    const value = this.#values.get(key);
    if (value !== undefined) this.#bytes -= this.#bytesOf(value);
    this.#values.delete(key);
  }

  /**
   * For an eighth of all at once, since to look for the first, a map walks over the places of those that have
   * gone.
   */
  #makeRoom(newest: K): readonly V[] {
    const gone: V[] = [];
    for (const [key, value] of this.#values) {
      if (this.#bytes <= (this.#maxBytes * 7) / 8) break;
      if (key === newest) continue;
      this.delete(key);
      gone.push(value);
    }
    return gone;
  }
}

const NONE: readonly never[] = [];
