/** What {@link createGatherer} needs. */
export interface GathererDeps {
  /** Reads anew all that has the key, or begins with it. */
  readonly refetch: (key: readonly unknown[]) => Promise<unknown>;
  /** How far apart two readings of a key are at the least, in ms; {@link MIN_GAP_MS} if left out. */
  readonly gapOf?: (key: readonly unknown[]) => number;
  readonly now: () => number;
  readonly setTimer: (run: () => void, ms: number) => number;
  readonly clearTimer: (timer: number) => void;
}

/** Turns a stream of stale keys into few readings. */
export interface Gatherer {
  readonly add: (keys: readonly (readonly unknown[])[]) => void;
  /** While paused, keys are only gathered; then they are read at once. */
  readonly setPaused: (isPaused: boolean) => void;
  /** Forgets what has not been read. */
  readonly clear: () => void;
}

/** So long what happens together is gathered, and then read in one go: a short run begins and ends within that. */
export const GATHER_MS = 60;
/** So far apart are two readings of a key, so that what happens is on the screen a quarter of a second later at the most. */
export const MIN_GAP_MS = 120;

interface Entry {
  readonly key: readonly unknown[];
  /** Not read before this time. */
  dueAt: number;
  isWanted: boolean;
  isReading: boolean;
}

export function createGatherer(deps: GathererDeps): Gatherer {
  return new TimedGatherer(deps);
}

class TimedGatherer implements Gatherer {
  readonly #deps: GathererDeps;
  readonly #entries = new Map<string, Entry>();
  #timer: number | undefined;
  #isPaused = false;

  constructor(deps: GathererDeps) {
    this.#deps = deps;
  }

  add(keys: readonly (readonly unknown[])[]): void {
    const earliest = this.#deps.now() + GATHER_MS;
    for (const key of keys) this.#want(key, earliest);
    this.#arrange();
  }

  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#arrange();
  }

  clear(): void {
    this.#entries.clear();
    this.#arrange();
  }

  #want(key: readonly unknown[], earliest: number): void {
    const name = JSON.stringify(key);
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      this.#entries.set(name, { key, dueAt: earliest, isWanted: true, isReading: false });
    } else if (!entry.isWanted) {
      entry.isWanted = true;
      entry.dueAt = Math.max(entry.dueAt, earliest);
    }
  }

  /** Sets the one timer to what comes due first. */
  #arrange(): void {
    const { now, setTimer, clearTimer } = this.#deps;
    if (this.#timer !== undefined) clearTimer(this.#timer);
    this.#timer = undefined;
    const waiting = [...this.#entries.values()].filter(({ isWanted, isReading }) => isWanted && !isReading);
    if (this.#isPaused || waiting.length === 0) return;
    const first = Math.min(...waiting.map(({ dueAt }) => dueAt));
    this.#timer = setTimer(() => this.#flush(), Math.max(0, first - now()));
  }

  #flush(): void {
    this.#timer = undefined;
    const time = this.#deps.now();
    for (const [name, entry] of this.#entries) {
      if (entry.isReading || entry.dueAt > time) continue;
      if (entry.isWanted) this.#read(name, entry);
      else this.#entries.delete(name);
    }
    this.#arrange();
  }

  #read(name: string, entry: Entry): void {
    const { now, refetch, gapOf = () => MIN_GAP_MS } = this.#deps;
    const startedAt = now();
    entry.isWanted = false;
    entry.isReading = true;
    const done = (): void => {
      entry.isReading = false;
      const tookMs = now() - startedAt;
      // As long a rest, so that a page never keeps a slow server busy.
      entry.dueAt = Math.max(startedAt + gapOf(entry.key), now() + tookMs);
      if (this.#entries.get(name) === entry) this.#arrange();
    };
    // Whether it could be read is the reader's matter, who shows it.
    refetch(entry.key).then(done, done);
  }
}
