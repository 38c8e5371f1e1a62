import type { ConnectionState, JobEvent, Reset } from '@greenvue/jobs/client';

/** How fresh the page is. `since`: when it became so, in ms of the server's clock. */
export type LiveState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** The stream is lost, and tried again. */
  | { readonly kind: 'reconnecting'; readonly since: number }
  /** The server answers but gives no stream: what is shown is read anew every few seconds. */
  | { readonly kind: 'polling'; readonly since: number }
  /** Nobody answers. */
  | { readonly kind: 'offline'; readonly since: number }
  /** The tab is hidden. */
  | { readonly kind: 'paused' }
  /** The session has ended, and nothing is read until somebody signs in again. */
  | { readonly kind: 'signed-out' };

interface FollowDeps {
  /** The stream; it reconnects by itself, and throws only what trying again does not mend. */
  readonly events: (options: {
    readonly signal: AbortSignal;
    readonly onState: (state: ConnectionState) => void;
  }) => AsyncIterable<JobEvent | Reset>;
  readonly onEvent: (event: JobEvent) => void;
  /** Reads all anew that is on the screen. */
  readonly readAll: () => Promise<unknown>;
  /** Asks, once and with little patience, whether anybody is there. */
  readonly isAnswered: () => Promise<boolean>;
  readonly onState: (state: LiveState) => void;
  /** By the server's clock. */
  readonly now: () => number;
  readonly setTimer: (run: () => void, ms: number) => number;
  readonly clearTimer: (timer: number) => void;
}

/** Keeps the page fresh. */
interface Follower {
  /** A hidden tab gives its stream back after a while; one that is seen again reads all anew and goes on. */
  readonly setHidden: (isHidden: boolean) => void;
  readonly stop: () => void;
}

// A restart of the server takes a second or two; who is back by then has no need to poll.
const PATIENCE_MS = 3_000;
const POLL_MS = 5_000;
const HIDDEN_MS = 15_000;

/** Follows the events from now on, until it is stopped. */
export function followLive(deps: FollowDeps): Follower {
  const follower = new LiveFollower(deps);
  follower.begin();
  return follower;
}

class LiveFollower implements Follower {
  readonly #deps: FollowDeps;
  /** Absent while the tab has given its stream back. */
  #stream: AbortController | undefined;
  #pollTimer: number | undefined;
  #hideTimer: number | undefined;
  #lostSince: number | undefined;
  #isOffline = false;
  /**
   * Events were missed, if there were any: all is read anew once a stream is open. What was read before the
   * first one was, too.
   */
  #isBehind = true;
  /** For good: no stream is asked for again. */
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
    // One that was given up has no say any more.
    const onState = (state: ConnectionState): void => {
      if (!signal.aborted) this.#onState(state);
    };
    try {
      for await (const event of this.#deps.events({ signal, onState })) {
        if (event.type === 'reset') void this.#deps.readAll();
        else this.#deps.onEvent(event);
      }
    } catch {
      // A refusal for good, such as a 401: the session tells of it. Without a stream one still polls.
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
    // By then the lost stream waits for long between two tries.
    if (isBack && !this.#isRefused) this.#open();
    else if (isAnswered) await this.#deps.readAll();
  }

  /** Gives the stream back while nobody looks. */
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
