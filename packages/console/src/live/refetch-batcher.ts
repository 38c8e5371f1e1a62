/** The functions that {@link createRefetchBatcher} needs. */
export interface RefetchBatcherDeps {
  /** Reads everything whose key equals this key or starts with it. */
  readonly refetch: (key: readonly unknown[]) => Promise<unknown>;
  /** The minimum time between two reads of a key, in ms; {@link MIN_INTERVAL_MS} if left out. */
  readonly minIntervalMs?: (key: readonly unknown[]) => number;
  readonly now: () => number;
  readonly setTimer: (run: () => void, ms: number) => number;
  readonly clearTimer: (timer: number) => void;
}

/** Turns a stream of stale keys into few reads. */
interface RefetchBatcher {
  readonly add: (keys: readonly (readonly unknown[])[]) => void;
  /** While paused, keys are only collected. Resuming reads them at once. */
  readonly setPaused: (isPaused: boolean) => void;
  /** Drops the keys that have not been read. */
  readonly clear: () => void;
}

/** Collects stale keys this long and reads them together. A short run starts and ends within this time. */
export const BATCH_MS = 60;
/**
 * The minimum time between two reads of a key: an event is on the screen after a quarter of a second at most.
 */
export const MIN_INTERVAL_MS = 120;
/** With more stale keys of a kind than this, which no screen shows, the whole kind is read. */
export const MAX_OF_A_KIND = 32;
// Keys due within this time are read together.
const SHORTEST_MS = 20;

interface Entry {
  readonly key: readonly unknown[];
  /** Not read before this time. */
  dueAt: number;
  isWanted: boolean;
  isReading: boolean;
}

export function createRefetchBatcher(deps: RefetchBatcherDeps): RefetchBatcher {
  return new TimedRefetchBatcher(deps);
}

/** {@link MAX_OF_A_KIND} bounds the entries, and so the cost of each event and each read. */
class TimedRefetchBatcher implements RefetchBatcher {
  readonly #deps: RefetchBatcherDeps;
  readonly #entries = new Map<string, Entry>();
  /** The number of entries of a kind, without the entry of the kind itself. */
  readonly #counts = new Map<unknown, number>();
  #timer: { readonly id: number; readonly at: number } | undefined;
  #flushedAt = Number.NEGATIVE_INFINITY;
  #isPaused = false;

  constructor(deps: RefetchBatcherDeps) {
    this.#deps = deps;
  }

  add(keys: readonly (readonly unknown[])[]): void {
    const earliest = this.#deps.now() + BATCH_MS;
    for (const key of keys) this.#want(key, earliest);
  }

  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#stopTimer();
    this.#arrangeAll();
  }

  clear(): void {
    this.#entries.clear();
    this.#counts.clear();
    this.#stopTimer();
  }

  #want(key: readonly unknown[], earliest: number): void {
    const kind = key.slice(0, 1);
    if (key.length > 1 && this.#entries.get(nameOf(kind))?.isWanted === true) return;
    const entry = this.#entries.get(nameOf(key)) ?? this.#create(key);
    if (!entry.isWanted) {
      entry.isWanted = true;
      entry.dueAt = Math.max(entry.dueAt, earliest);
    }
    this.#arrange(entry);
    if ((this.#counts.get(key[0]) ?? 0) > MAX_OF_A_KIND) this.#wantWhole(kind, earliest);
  }

  #create(key: readonly unknown[]): Entry {
    const entry = { key, dueAt: Number.NEGATIVE_INFINITY, isWanted: false, isReading: false };
    this.#entries.set(nameOf(key), entry);
    if (key.length > 1) this.#counts.set(key[0], (this.#counts.get(key[0]) ?? 0) + 1);
    return entry;
  }

  #wantWhole(kind: readonly unknown[], earliest: number): void {
    for (const { key } of this.#entries.values()) {
      if (key.length > 1 && key[0] === kind[0]) this.#drop(key);
    }
    this.#want(kind, earliest);
  }

  #drop(key: readonly unknown[]): void {
    this.#entries.delete(nameOf(key));
    if (key.length > 1) this.#counts.set(key[0], (this.#counts.get(key[0]) ?? 0) - 1);
  }

  #arrangeAll(): void {
    for (const entry of this.#entries.values()) this.#arrange(entry);
  }

  /** Sets the one timer so that it fires when the entry is due. */
  #arrange({ isWanted, isReading, dueAt }: Entry): void {
    if (this.#isPaused || !isWanted || isReading) return;
    const at = Math.max(dueAt, this.#flushedAt + SHORTEST_MS);
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    this.#stopTimer();
    const { now, setTimer } = this.#deps;
    this.#timer = { id: setTimer(() => this.#flush(), Math.max(0, at - now())), at };
  }

  #stopTimer(): void {
    if (this.#timer !== undefined) this.#deps.clearTimer(this.#timer.id);
    this.#timer = undefined;
  }

  #flush(): void {
    this.#timer = undefined;
    const time = this.#deps.now();
    this.#flushedAt = time;
    for (const entry of this.#entries.values()) {
      if (entry.isReading || entry.dueAt > time) continue;
      if (entry.isWanted) this.#read(entry);
      else this.#drop(entry.key);
    }
    this.#arrangeAll();
  }

  #read(entry: Entry): void {
    const { now, refetch, minIntervalMs = () => MIN_INTERVAL_MS } = this.#deps;
    const startedAt = now();
    entry.isWanted = false;
    entry.isReading = true;
    const done = (): void => {
      entry.isReading = false;
      const tookMs = now() - startedAt;
      // Waits as long as the read took, so that a page never keeps a slow server busy.
      entry.dueAt = Math.max(startedAt + minIntervalMs(entry.key), now() + tookMs);
      if (this.#entries.get(nameOf(entry.key)) === entry) this.#arrange(entry);
    };
    // The component that reads this key shows the error.
    refetch(entry.key).then(done, done);
  }
}

function nameOf(key: readonly unknown[]): string {
  return JSON.stringify(key);
}
