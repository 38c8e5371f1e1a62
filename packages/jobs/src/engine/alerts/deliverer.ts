import type { Clock } from '../../core/clock.ts';
import type { AlertStore, TakenMessage } from '../../core/store/alert-store.ts';
import type { JobStore } from '../../core/store/store.ts';
import type { EngineLogger } from '../ports/engine-logger.ts';
import type { ChannelKinds } from './channel-kinds.ts';

export interface DelivererDeps {
  readonly store: Pick<AlertStore, 'takeAlertMessages' | 'settleAlertMessage'> & Pick<JobStore, 'now'>;
  readonly kinds: Pick<ChannelKinds, 'send' | 'close'>;
  readonly clock: Clock;
  readonly logger: EngineLogger;
}

/** How long a stop waits for what is being sent and what is still due. */
const DRAIN_MS = 3_000;
/** A storm wakes for each settlement, while a channel gets nothing until its minute is over. */
const QUIET_MS = 200;
const FAILED_RETRY_MS = 1_000;

/**
 * Sends what waits in the outbox (P24, alerts), when it is woken, and when the next try of a message is due.
 * Each channel gets one message at a time, and none waits for another.
 */
export class AlertDeliverer {
  readonly #with: DelivererDeps;
  readonly #sending = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #cancelTimer: (() => void) | undefined;
  #taking: Promise<void> | undefined;
  /** A call during a look asked for another look: at once, or after the quiet time. */
  #askedAgain: 'now' | 'soon' | undefined;
  /** When the next wake-up counts (monotonic ms). */
  #quietUntil = 0;
  #isRunning = false;
  #isStopping = false;

  constructor(deps: DelivererDeps) {
    this.#with = deps;
  }

  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.wake();
  }

  /** There may be new alerts. Looks now, or a moment after a look that could send nothing of what waits. */
  wake(): void {
    if (!this.#isRunning) return;
    const quietMs = this.#quietUntil - this.#with.clock.monotonic();
    if (this.#taking !== undefined) this.#askedAgain ??= 'soon';
    else if (quietMs > 0) this.#lookIn(quietMs);
    else this.#look();
  }

  #lookIn(ms: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#with.clock.setTimer(Math.max(ms, 1), () => this.#look());
  }

  #look(): void {
    if (!this.#isRunning) return;
    this.#cancelTimer?.();
    if (this.#taking === undefined) this.#taking = this.#take();
    else this.#askedAgain = 'now';
  }

  /** Sends all that is due now, to its end: for tests, and for the end of the engine. */
  async drain(): Promise<void> {
    do {
      await this.#taking;
      await this.#takeOnce();
      await Promise.all(this.#sending);
    } while (this.#askedAgain !== undefined);
  }

  /** Sends what is due, waits for it a little, and aborts the rest: it is sent again by another node. */
  async stop(): Promise<void> {
    const { clock, kinds } = this.#with;
    const wasRunning = this.#isRunning;
    this.#isRunning = false;
    this.#isStopping = true;
    this.#cancelTimer?.();
    if (wasRunning) {
      const cancel = clock.setTimer(DRAIN_MS, () =>
        this.#stopping.abort(new Error('The engine has stopped while it sent the message.')),
      );
      await this.drain();
      cancel();
    }
    kinds.close();
  }

  async #take(): Promise<void> {
    const nextInMs = await this.#takeOnce();
    this.#taking = undefined;
    if (!this.#isRunning) return;
    if (nextInMs !== undefined) this.#lookIn(nextInMs);
    if (this.#askedAgain === 'now') this.#look();
    else if (this.#askedAgain === 'soon') this.wake();
  }

  /** Takes the due messages and starts to send them. Returns the time until the next look (ms), if known. */
  async #takeOnce(): Promise<number | undefined> {
    const { store, clock, logger } = this.#with;
    this.#askedAgain = undefined;
    if (this.#stopping.signal.aborted) return undefined;
    try {
      const { messages, nextAt } = await store.takeAlertMessages();
      for (const taken of messages) this.#begin(taken);
      if (messages.length === 0 && nextAt !== undefined) this.#quietUntil = clock.monotonic() + QUIET_MS;
      // `nextAt` is a time of the store's clock, which may differ from the node's clock.
      return nextAt === undefined ? undefined : nextAt - store.now();
    } catch (error) {
      logger.warn({ err: error }, 'alerts could not be read; the next try is in a second');
      return FAILED_RETRY_MS;
    }
  }

  #begin(taken: TakenMessage): void {
    const sent = this.#send(taken).finally(() => {
      this.#sending.delete(sent);
    });
    this.#sending.add(sent);
  }

  async #send({ channel, message, tries }: TakenMessage): Promise<void> {
    const { store, kinds, logger } = this.#with;
    const error = await kinds.send(channel, message, this.#stopping.signal);
    // Whoever takes it next sends it again, with the same id: a stop is no fault of the channel.
    if (error !== undefined && this.#stopping.signal.aborted) return;
    if (error !== undefined)
      logger.warn({ channel: channel.id, message: message.id, tries: tries + 1, reason: error }, NOT_SENT);
    try {
      await store.settleAlertMessage({ channel: channel.id, message: message.id, error });
      // The channel may have more to send.
      if (this.#isStopping || !this.#isRunning) this.#askedAgain = 'now';
      else this.#look();
    } catch (fault) {
      logger.warn({ err: fault, channel: channel.id }, NOT_SAVED);
    }
  }
}

const NOT_SENT = 'an alert was not delivered; the engine tries again for an hour';
const NOT_SAVED = 'an alert was sent, but this could not be saved; the alert may be sent a second time';
