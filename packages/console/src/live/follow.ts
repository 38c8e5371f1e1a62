import type { ConnectionState, JobEvent, Reset } from '@greenvue/jobs/client';

/** How fresh the page is. `since`: the start of this state, in ms of the server's clock. */
export type LiveState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** The stream was lost and is being reopened. */
  | { readonly kind: 'reconnecting'; readonly since: number }
  /** The server answers but sends no stream: the page reads its data every few seconds. */
  | { readonly kind: 'polling'; readonly since: number }
  /** The server does not answer. */
  | { readonly kind: 'offline'; readonly since: number }
  /** The tab is hidden. */
  | { readonly kind: 'paused' }
  /** The session has ended. Reads continue after the next sign-in. */
  | { readonly kind: 'signed-out' };

interface FollowDeps {
  /** The event stream. It reconnects by itself, and throws only errors that a retry does not fix. */
  readonly events: (options: {
    readonly signal: AbortSignal;
    readonly onState: (state: ConnectionState) => void;
  }) => AsyncIterable<JobEvent | Reset>;
  readonly onEvent: (event: JobEvent) => void;
  /** Reads everything on the screen again. */
  readonly readAll: () => Promise<unknown>;
  /** Asks once, with a short timeout, whether the server answers. */
  readonly isAnswered: () => Promise<boolean>;
  readonly onState: (state: LiveState) => void;
  /** The server's time, in ms. */
  readonly now: () => number;
  readonly setTimer: (run: () => void, ms: number) => number;
  readonly clearTimer: (timer: number) => void;
}

interface Follower {
  /**
   * A hidden tab closes its stream after a while. When it is shown again, it reopens the stream and reads
   * everything.
   */
  readonly setHidden: (isHidden: boolean) => void;
  readonly stop: () => void;
}

// A restart of the server takes one or two seconds, so polling starts only after this time.
const PATIENCE_MS = 3_000;
const POLL_MS = 5_000;
const HIDDEN_MS = 15_000;

/** Follows the events until it is stopped. */
export function followLive(deps: FollowDeps): Follower {
  const follower = new LiveFollower(deps);
  follower.begin();
  return follower;
}

class LiveFollower implements Follower {
  readonly #deps: FollowDeps;
  /** Undefined while a hidden tab has closed its stream. */
  #stream: AbortController | undefined;
  #pollTimer: number | undefined;
  #hideTimer: number | undefined;
  #lostSince: number | undefined;
  #isOffline = false;
  /**
   * Events may have been missed, so everything is read once a stream opens; the same before the first one.
   */
  #isBehind = true;
  /** The server refused the stream permanently, so it is not reopened. */
  #isRefused = false;

  constructor(deps: FollowDeps) {
    this.#deps = deps;
  }

  begin(): void {
    this.#deps.onState({ kind: 'connecting' });
    this.#open();
  }

  setHidden(isHidden: boolean): void {
    this.#clearHiding();
    if (isHidden) this.#hideTimer = this.#deps.setTimer(() => this.#rest(), HIDDEN_MS);
    else if (this.#stream === undefined) this.#comeBack();
  }

  #comeBack(): void {
    if (!this.#isRefused) return this.begin();
    this.#stream = new AbortController();
    this.#onLost();
  }

  stop(): void {
    this.#clearHiding();
    this.#close();
  }

  #open(): void {
    this.#stream?.abort();
    this.#stream = new AbortController();
    void this.#run(this.#stream.signal);
  }

  async #run(signal: AbortSignal): Promise<void> {
    // A stream that was closed must not change the state.
    const onState = (state: ConnectionState): void => {
      if (!signal.aborted) this.#onState(state);
    };
    try {
      for await (const event of this.#deps.events({ signal, onState })) {
        if (event.type === 'reset') void this.#deps.readAll();
        else this.#deps.onEvent(event);
      }
    } catch {
      // A permanent refusal, such as a 401, which the session handles. Without a stream, the page polls.
      if (signal.aborted) return;
      this.#isRefused = true;
      this.#onLost();
    }
  }

  #onState(state: ConnectionState): void {
    switch (state) {
      case 'connecting':
        return;
      case 'open':
        this.#onOpen();
        return;
      case 'lost':
        this.#onLost();
        return;
      default:
        state satisfies never;
    }
  }

  #onOpen(): void {
    this.#clearPolling();
    this.#lostSince = undefined;
    this.#isOffline = false;
    this.#deps.onState({ kind: 'live' });
    if (this.#isBehind) void this.#deps.readAll();
    this.#isBehind = false;
  }

  #onLost(): void {
    this.#isBehind = true;
    if (this.#lostSince !== undefined) return;
    this.#lostSince = this.#deps.now();
    this.#deps.onState({ kind: 'reconnecting', since: this.#lostSince });
    this.#pollIn(PATIENCE_MS);
  }

  #pollIn(ms: number): void {
    this.#clearPolling();
    this.#pollTimer = this.#deps.setTimer(() => void this.#poll(), ms);
  }

  async #poll(): Promise<void> {
    const isAnswered = await this.#deps.isAnswered();
    const since = this.#lostSince;
    if (since === undefined || this.#stream === undefined) return;
    const isBack = this.#isOffline && isAnswered;
    this.#isOffline = !isAnswered;
    this.#deps.onState({ kind: isAnswered ? 'polling' : 'offline', since });
    this.#pollIn(POLL_MS);
    // By now, the lost stream waits long between two attempts.
    if (isBack && !this.#isRefused) this.#open();
    else if (isAnswered) await this.#deps.readAll();
  }

  /** Closes the stream while the tab is hidden. */
  #rest(): void {
    this.#close();
    this.#isBehind = true;
    this.#deps.onState({ kind: 'paused' });
  }

  #close(): void {
    this.#clearPolling();
    this.#stream?.abort();
    this.#stream = undefined;
    this.#lostSince = undefined;
    this.#isOffline = false;
  }

  #clearPolling(): void {
    if (this.#pollTimer !== undefined) this.#deps.clearTimer(this.#pollTimer);
    this.#pollTimer = undefined;
  }

  #clearHiding(): void {
    if (this.#hideTimer !== undefined) this.#deps.clearTimer(this.#hideTimer);
    this.#hideTimer = undefined;
  }
}
