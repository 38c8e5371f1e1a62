import type { AlertChannel } from '../../core/alerts/alert.ts';
import type { JobStore } from '../../core/store/store.ts';
import type { Node } from '../nodes/node.ts';
import type { Settings } from '../options.ts';
import type { Keyring } from '../secrets/keyring.ts';
import { sampleMessage } from './alert-text.ts';
import { ChannelKinds } from './channel-kinds.ts';
import { AlertDeliverer } from './deliverer.ts';
import type { Outbound } from './post.ts';
import { AlertWatcher } from './watcher.ts';

export interface AlertsDeps {
  readonly settings: Settings;
  readonly store: JobStore;
  readonly node: Node;
  readonly outbound: Outbound;
  readonly secrets: { readonly keyring: Keyring };
}

const EVERY_MS = 10_000;
/** How often a node looks for channels that another node has made, while there are none. */
const WITHOUT_CHANNELS_MS = 60_000;

/**
 * Tells people what happens to jobs (P24, alerts). While there are channels, each round finds what other
 * nodes have left in the outbox, and the conditions that time alone makes true. Without channels, it does
 * nothing.
 */
export class Alerts {
  readonly kinds: ChannelKinds;
  readonly #with: AlertsDeps;
  readonly #deliverer: AlertDeliverer;
  readonly #watcher: AlertWatcher;
  readonly #stopping = new AbortController();
  #cancelTimer: (() => void) | undefined;
  #round: Promise<void> = Promise.resolve();
  #isRunning = false;

  constructor(deps: AlertsDeps) {
    const { settings, store, node, outbound, secrets } = deps;
    const { clock, logger, alerts: options } = settings;
    this.#with = deps;
    this.kinds = new ChannelKinds({ options, outbound, clock, keyring: secrets.keyring });
    this.#deliverer = new AlertDeliverer({ store, kinds: this.kinds, clock, logger });
    this.#watcher = new AlertWatcher({ store, node });
  }

  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#deliverer.start();
    // Not at once: slots that came due meanwhile are late only until the first pass, and other nodes are not
    // known yet.
    this.#nextRound(EVERY_MS);
  }

  /** The outbox has something new. */
  wake(): void {
    this.#deliverer.wake();
  }

  /** A channel was made or changed. */
  channelsChanged(): void {
    this.wake();
    if (this.#isRunning) this.#nextRound(EVERY_MS);
  }

  /** Sends a sample now. Returns why it was not delivered; undefined: it was. */
  sendSample(channel: AlertChannel): Promise<string | undefined> {
    const message = sampleMessage(this.#with.settings.clock.now());
    return this.kinds.send(channel, message, this.#stopping.signal);
  }

  /** One round by hand, to its end. */
  async tick(): Promise<void> {
    await this.#look();
    await this.#deliverer.drain();
  }

  /** Call it after the last settlement. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#stopping.abort(new Error('The engine has stopped.'));
    this.#cancelTimer?.();
    await this.#round;
    await this.#deliverer.stop();
  }

  #nextRound(ms: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#with.settings.clock.setTimer(ms, () => {
      this.#round = this.#look().then((hasChannels) => {
        if (this.#isRunning) this.#nextRound(hasChannels ? EVERY_MS : WITHOUT_CHANNELS_MS);
      });
    });
  }

  /** Returns whether there are channels. */
  async #look(): Promise<boolean> {
    const { store, settings } = this.#with;
    try {
      if ((await store.listAlertChannels()).length === 0) return false;
      // Before the watcher, which may take long or fail.
      this.wake();
      await this.#watcher.look(this.#stopping.signal);
      this.wake();
    } catch (error) {
      settings.logger.warn(
        { err: error },
        'the states that alerts report could not be read; the next try is in 10 s',
      );
    }
    return true;
  }
}
