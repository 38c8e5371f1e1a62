import type { PauseOfAll } from '../../core/pauses/pause-of-all.ts';
import type { EngineParts } from '../engine-parts.ts';

/** How often a node that shares its store reads the pause again: a notice of another node may be lost. */
const READ_EVERY_MS = 5_000;

/** Keeps this node's knowledge of the pause of all jobs, and acts on its begin and its end. */
export class PauseWatch {
  readonly #with: EngineParts;
  #wasActive = false;
  #cancelRead: (() => void) | undefined;
  #cancelEnd: (() => void) | undefined;
  #reading: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(deps: EngineParts) {
    this.#with = deps;
  }

  /** Reads the pause before this node plans or claims for the first time. Rejects as the store does. */
  async open(): Promise<void> {
    this.learn(await this.#with.store.getPauseOfAll());
  }

  /** Other nodes came or went. A node alone changes the pause only itself, and needs no timer. */
  othersChanged(): void {
    if (this.#cancelRead === undefined) this.#readLater();
  }

  /** Another node has changed it. */
  changed(): void {
    this.#reading = this.#read();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelRead?.();
    this.#cancelEnd?.();
    await this.#reading;
  }

  /** Takes a pause as the store has it now. */
  learn(pause: PauseOfAll | undefined): void {
    const { pauseState } = this.#with;
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
    this.#cancelRead = undefined;
    if (this.#isStopped || !settings.autoRun || !node.hasOthers) return;
    this.#cancelRead = settings.clock.setTimer(READ_EVERY_MS, () => {
      this.#reading = this.#read();
      this.#readLater();
    });
  }

  async #read(): Promise<void> {
    const { store, settings } = this.#with;
    try {
      this.learn(await store.getPauseOfAll());
    } catch (error) {
      settings.logger.warn(
        { err: error },
        'the pause of all jobs could not be read; it is read again in 5 s',
      );
    }
  }
}
