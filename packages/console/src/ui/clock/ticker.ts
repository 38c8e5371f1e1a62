/** The browser functions that {@link createTicker} needs. */
interface TickerDeps {
  readonly now: () => number;
  readonly setTimer: (run: () => void, ms: number) => number;
  readonly clearTimer: (timer: number) => void;
}

/**
 * The one clock of the page. It ticks once a second while it has subscribers, and corrects the browser's
 * clock to the server's.
 */
export interface Ticker {
  /** The server's time at the last tick. Everything drawn together shows this same time. */
  readonly now: () => number;
  readonly subscribe: (listener: () => void) => () => void;
  /** Sets how far the server's clock is ahead of the browser's, in ms. */
  readonly setOffset: (offsetMs: number) => void;
  /** Converts a time of the browser's clock to the server's, in ms. */
  readonly onServer: (browserMs: number) => number;
  /** The server's exact time, also between two ticks. */
  readonly exact: () => number;
  /** Stops the ticks while the page is hidden, and restarts them. */
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
