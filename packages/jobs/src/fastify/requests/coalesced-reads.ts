interface Asked {
  /** Being read, since `begunAt`. */
  readonly current: Promise<unknown>;
  readonly begunAt: number;
  /** For those who have asked meanwhile. */
  next: Promise<unknown> | undefined;
}

/** While many ask, one answer may take one part in so many of the time. */
const SHARE = 8;
/** Nobody waits for longer between two readings. */
const LONGEST_REST_MS = 500;

/**
 * Answers that many ask for again and again, as open consoles do when something happens. Who asks while
 * another reads the same waits for that reading's end and a rest, and shares the next one with all who wait:
 * so no answer is older than its question, and what they cost together is bounded, however many they are. Who
 * asks alone never waits.
 */
export class SharedAnswers {
  readonly #asked = new Map<string, Asked>();

  /** `key` names the answer: what `read` gives must depend on nothing else. */
  ask<T>(key: string, read: () => Promise<T>): Promise<T> {
    const asked = this.#asked.get(key);
    if (asked === undefined) return this.#read(key, read);
    asked.next ??= rested(asked).then(() => this.#read(key, read));
    // What has the same name is of the same kind.
    return asked.next as Promise<T>;
  }

  #read<T>(key: string, read: () => Promise<T>): Promise<T> {
    const begunAt = performance.now();
    const current = read();
    const asked: Asked = { current, begunAt, next: undefined };
    this.#asked.set(key, asked);
    const done = () => {
      if (asked.next === undefined) this.#asked.delete(key);
    };
    current.then(done, done);
    return current;
  }
}

/** Some time after the end of a reading, be it an answer or a failure. */
async function rested({ current, begunAt }: Asked): Promise<void> {
  await current.catch(() => undefined);
  const restMs = Math.min((performance.now() - begunAt) * (SHARE - 1), LONGEST_REST_MS);
  await new Promise((resolve) => setTimeout(resolve, restMs));
}
