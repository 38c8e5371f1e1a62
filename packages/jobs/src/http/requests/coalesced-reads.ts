interface Reading {
  readonly current: Promise<unknown>;
  readonly startedAt: number;
  /** The next read, for callers that came during `current`. */
  next: Promise<unknown> | undefined;
}

/** Under load, the reads of one key take at most one eighth of the time. */
const PAUSE_PER_READ = 7;
/** The longest pause between two reads of a key. */
const LONGEST_PAUSE_MS = 500;

/**
 * Shares reads that many clients repeat, as open consoles do after each event. A caller during a read of the
 * same key waits for its end and a pause, then shares the next read with all waiting callers: no result is
 * older than its request, and the total cost is bounded. A lone caller never waits.
 */
export class CoalescedReads {
  readonly #readings = new Map<string, Reading>();

  /** Shares `read` with other callers of the same `key`. The result must depend only on the key. */
  read<T>(key: string, read: () => Promise<T>): Promise<T> {
    const reading = this.#readings.get(key);
    if (reading === undefined) return this.#start(key, read);
    reading.next ??= endOf(reading).then(() => this.#start(key, read));
    // Reads of the same key have the same type.
    return reading.next as Promise<T>;
  }

  #start<T>(key: string, read: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const current = read();
    const reading: Reading = { current, startedAt, next: undefined };
    this.#readings.set(key, reading);
    const done = () => {
      if (reading.next === undefined) this.#readings.delete(key);
    };
    current.then(done, done);
    return current;
  }
}

/** Resolves after the end of a read, failed or not, and a pause in proportion to its duration. */
async function endOf({ current, startedAt }: Reading): Promise<void> {
  await current.catch(() => undefined);
  const pauseMs = Math.min((performance.now() - startedAt) * PAUSE_PER_READ, LONGEST_PAUSE_MS);
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
}
