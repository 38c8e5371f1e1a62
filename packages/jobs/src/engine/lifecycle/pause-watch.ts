import type { PauseOfAll } from '../../core/pauses/pause-of-all.ts';
import type { EngineParts } from '../engine-parts.ts';
import { LOST_REPLY_MS } from '../timing/pace.ts';

/** How often a node that shares its store reads the pause again: a notice of another node may be lost. */
const READ_EVERY_MS = 5_000;

/** Takes the pause of an answer. Resolves when the node knows a pause that is at least as new. */
export type TakePause = (pause: PauseOfAll | undefined) => Promise<void>;

/** Keeps this node's knowledge of the pause of all jobs, and acts on its begin and its end. */
export class PauseWatch {
  readonly #with: EngineParts;
  #wasActive = false;
  #cancelRead: (() => void) | undefined;
  #cancelEnd: (() => void) | undefined;
  /** Counts the answers that were taken. */
  #taken = 0;
  #mustRead = false;
  #reading: Promise<void> | undefined;
  #hasReadFailed = false;
  /** Until when a write without an answer may still commit (monotonic ms). */
  #unsureUntil = Number.NEGATIVE_INFINITY;
  #isStopped = false;

  constructor(deps: EngineParts) {
    this.#with = deps;
  }

  /** Reads the pause before this node plans or claims for the first time. Rejects as the store does. */
  async open(): Promise<void> {
    const take = this.ask();
    await take(await this.#with.store.getPauseOfAll());
  }

  /** Other nodes came or went. A node alone changes the pause only itself, and needs no timer. */
  othersChanged(): void {
    if (this.#cancelRead === undefined) this.#readLater();
  }

  /** Another node has changed it. */
  changed(): void {
    void this.#read();
  }

  /** A command got no answer: it may have changed the pause, or may change it soon. */
  replyLost(): void {
    this.#unsureUntil = this.#with.settings.clock.monotonic() + LOST_REPLY_MS;
    void this.#read();
    this.#readLater();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelRead?.();
    this.#cancelEnd?.();
    await this.#reading;
  }

  /**
   * Call it before a request whose answer has the pause. If another answer is taken meanwhile, this one may
   * be older: it is dropped, and the pause is read again.
   */
  ask(): TakePause {
    const before = this.#taken;
    return async (pause) => {
      if (this.#taken !== before) return this.#read();
      this.#take(pause);
    };
  }

  #take(pause: PauseOfAll | undefined): void {
    const { pauseState } = this.#with;
    this.#taken += 1;
    pauseState.learn(pause);
    this.#actOnChange();
    this.#waitForEnd(pauseState.current?.until);
  }

  #actOnChange(): void {
    const { pauseState, dispatcher, events } = this.#with;
    const { isActive } = pauseState;
    if (isActive === this.#wasActive) return;
    this.#wasActive = isActive;
    // Runs that were claimed ahead of their start must not start.
    if (isActive) dispatcher.takeBack({});
    dispatcher.nextPass.recheck();
    // Each node learns of it for itself, so each tells only its own subscribers.
    events.emitHere(isActive ? 'jobs.paused' : 'jobs.resumed');
  }

  #waitForEnd(until: number | undefined): void {
    const { clock } = this.#with.settings;
    this.#cancelEnd?.();
    this.#cancelEnd = undefined;
    if (until === undefined || this.#isStopped) return;
    // A clock that jumps must not keep the node paused: it looks again before long.
    const ms = Math.min(Math.max(until - clock.now(), 0), READ_EVERY_MS);
    this.#cancelEnd = clock.setTimer(ms, () => {
      this.#actOnChange();
      this.#waitForEnd(this.#with.pauseState.current?.until);
    });
  }

  #readLater(): void {
    const { settings, node } = this.#with;
    this.#cancelRead?.();
    this.#cancelRead = undefined;
    const isUnsure = this.#hasReadFailed || settings.clock.monotonic() < this.#unsureUntil;
    if (this.#isStopped || !settings.autoRun || !(node.hasOthers || isUnsure)) return;
    this.#cancelRead = settings.clock.setTimer(READ_EVERY_MS, () => {
      void this.#read();
      this.#readLater();
    });
  }

  /** Never rejects. One read at a time; a call during a read is followed by another read. */
  #read(): Promise<void> {
    this.#mustRead = true;
    this.#reading ??= this.#readUntilNew();
    return this.#reading;
  }

  async #readUntilNew(): Promise<void> {
    const { store, settings } = this.#with;
    try {
      while (this.#mustRead && !this.#isStopped) {
        this.#mustRead = false;
        const before = this.#taken;
        const pause = await store.getPauseOfAll();
        if (this.#taken === before) this.#take(pause);
        else this.#mustRead = true;
      }
      this.#hasReadFailed = false;
    } catch (error) {
      this.#hasReadFailed = true;
      this.#readLater();
      settings.logger.warn(
        { err: error },
        'the pause of all jobs could not be read; it is read again in 5 s',
      );
    } finally {
      this.#reading = undefined;
    }
  }
}
