/** What {@link createTicker} needs of the browser. */
interface TickerDeps {
  readonly now: () => number;
  readonly setTimer: (run: () => void, ms: number) => number;
  readonly clearTimer: (timer: number) => void;
}

/**
 * The one clock of the page: beats once a second while somebody listens, and knows how far off the browser's
 * clock is.
 */
export interface Ticker {
  /** The time of the last beat by the server's clock, so that all that is drawn together shows one time. */
  readonly now: () => number;
  readonly subscribe: (listener: () => void) => () => void;
  /** By how much the server's clock is ahead of the browser's, in ms. */
  readonly setOffset: (offsetMs: number) => void;
  /** A time of the browser's clock by the server's. */
  readonly onServer: (browserMs: number) => number;
  /** The time by the server's clock, between two beats as well. */
  readonly exact: () => number;
  /** Stops the beat while nobody looks, and starts it again. */
  readonly setPaused: (isPaused: boolean) => void;
}

const BEAT_MS = 1_000;

export function createTicker({ now, setTimer, clearTimer }: TickerDeps): Ticker {
  const listeners = new Set<() => void>();
  let offsetMs = 0;
  let isPaused = false;
  let timer: number | undefined;
  let last = now();

  const beat = (): void => {
    last = now() + offsetMs;
    for (const listener of [...listeners]) listener();
  };
  const arrange = (): void => {
    const shouldBeat = listeners.size > 0 && !isPaused;
    if (shouldBeat === (timer !== undefined)) return;
    if (timer !== undefined) {
      clearTimer(timer);
      timer = undefined;
      return;
    }
    last = now() + offsetMs;
    const next = (): void => {
      timer = setTimer(next, BEAT_MS);
      beat();
    };
    timer = setTimer(next, BEAT_MS);
  };

  return {
    now: () => last,
    subscribe: (listener) => {
      listeners.add(listener);
      arrange();
      return () => {
        listeners.delete(listener);
        arrange();
      };
    },
    setOffset: (value) => {
      offsetMs = value;
    },
    onServer: (browserMs) => browserMs + offsetMs,
    exact: () => now() + offsetMs,
    setPaused: (value) => {
      isPaused = value;
      arrange();
      if (!isPaused) beat();
    },
  };
}
