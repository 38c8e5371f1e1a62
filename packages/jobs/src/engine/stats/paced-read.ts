import type { Clock } from '../../core/clock.ts';

/** The default of `everyMs`. */
const EVERY_MS = 15_000;
/** Reading takes at most one part in this many of the time: it takes long where there are very many rows. */
const SHARE = 20;
/** Longest wait of a caller for a new value, if there is an older one (ms). */
const PATIENCE_MS = 500;

interface Known<T> {
  readonly value: T;
  readonly goodUntil: number;
}

/** Reads on demand, at most every `everyMs`. During a slow read, the older value is the answer. */
export class PacedRead<T> {
  readonly #clock: Clock;
  readonly #readNow: () => Promise<T>;
  readonly #everyMs: number;
  #known: Known<T> | undefined;
  #reading: Promise<T> | undefined;

  constructor(clock: Clock, read: () => Promise<T>, everyMs = EVERY_MS) {
    this.#clock = clock;
    this.#readNow = read;
    this.#everyMs = everyMs;
  }

  async read(): Promise<T> {
    const known = this.#known;
    if (known !== undefined && this.#clock.monotonic() < known.goodUntil) return known.value;
    this.#reading ??= this.#begin().finally(() => {
      this.#reading = undefined;
    });
    return known === undefined ? this.#reading : this.#orElse(this.#reading, known);
  }

  /** Returns the older value if the new one takes long; the read continues. */
  async #orElse(reading: Promise<T>, { value }: Known<T>): Promise<T> {
    const late = Promise.withResolvers<T>();
    const cancel = this.#clock.setTimer(PATIENCE_MS, () => late.resolve(value));
    try {
      return await Promise.race([reading, late.promise]);
    } finally {
      cancel();
    }
  }

  async #begin(): Promise<T> {
    const begunAt = this.#clock.monotonic();
    const value = await this.#readNow();
    const endedAt = this.#clock.monotonic();
    this.#known = { value, goodUntil: begunAt + Math.max(this.#everyMs, (endedAt - begunAt) * SHARE) };
    return value;
  }
}
