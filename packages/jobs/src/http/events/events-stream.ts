import { Readable } from 'node:stream';
import type { JobEvent } from '../../core/model/events.ts';
import type { Engine } from '../../engine/ports/engine-port.ts';
import type { EventFilter } from '../scope/scoped-events.ts';
import type { EventTexts } from './event-texts.ts';

/**
 * Bytes that may wait for one client. Later events stay in the engine's ring, and the stream reads them
 * there.
 */
const MOST_PENDING_BYTES = 65_536;
/** How long a client that does not read may keep an ended stream open. */
const END_GRACE_MS = 5_000;

export interface EventsStreamOptions {
  readonly engine: Pick<Engine, 'subscribe'>;
  readonly texts: EventTexts;
  /** Only events of this job. */
  readonly jobId: string | undefined;
  /** Which events the client may see, from the start of the stream or a reset. Default: all. */
  readonly newFilter?: () => EventFilter;
  /** The id that the client sent. */
  readonly lastEventId: string | undefined;
  readonly heartbeatMs: number;
  /** Longest duration of the stream, so that clients reconnect with a valid token. */
  readonly maxAgeMs: number;
  /** Called with each heartbeat: the stream ends if it resolves to false or rejects. */
  readonly isStillAllowed?: () => Promise<boolean>;
}

/**
 * The engine's events as `text/event-stream`, starting after `lastEventId`. `reset` stands for events that
 * are no longer kept: the client must reload its data. A slow client uses no memory: the stream reads the
 * engine's ring on demand. Each heartbeat has an id, so that the client of a quiet job keeps a recent one.
 */
export class EventsStream extends Readable {
  readonly #options: EventsStreamOptions;
  readonly #timers: NodeJS.Timeout[];
  #unsubscribe: () => void = () => undefined;
  #isInScope: EventFilter | undefined;
  /** The newest event that was sent to this client or filtered out. */
  #lastId = 0;
  #isBehind = false;
  /** The next event waits for the answer whether to send it. Later ones stay in the engine's ring. */
  #isAsking = false;
  #isEnded = false;

  constructor(options: EventsStreamOptions) {
    super({ highWaterMark: MOST_PENDING_BYTES });
    this.#options = options;
    this.#isInScope = options.newFilter?.();
    this.#timers = [
      setInterval(() => {
        this.#beat();
        this.#check();
      }, options.heartbeatMs).unref(),
      setTimeout(() => this.end(), options.maxAgeMs).unref(),
    ];
    this.#continueAfter(options.texts.numberOf(options.lastEventId));
    // At once, so that the client knows that it is connected, and after which event to continue.
    this.#beat();
  }

  /** Ends the stream. Pending events are still sent. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#unsubscribe();
    this.push(null);
    this.#timers.push(setTimeout(() => this.destroy(), END_GRACE_MS).unref());
  }

  override _read(): void {
    if (!this.#isBehind || this.#isEnded) return;
    this.#isBehind = false;
    this.#continueAfter(this.#lastId);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#unsubscribe();
    for (const timer of this.#timers) clearTimeout(timer);
    done(error);
  }

  /** Writes the events of the ring after an event, then new ones. Undefined: only new ones. */
  #continueAfter(after: number | 'unknown' | undefined): void {
    this.#unsubscribe();
    const { backlog, lastId, unsubscribe } = this.#options.engine.subscribe(
      (event) => this.#send(event),
      after === 'unknown' ? undefined : after,
    );
    this.#unsubscribe = unsubscribe;
    if (after === 'unknown' || backlog === 'reset') {
      this.#lastId = lastId;
      this.#isInScope = this.#options.newFilter?.();
      this.#write(`id: ${this.#options.texts.idOf(lastId)}\nevent: reset\ndata: {}\n\n`);
      return;
    }
    for (const event of backlog) this.#send(event);
    if (!this.#isBehind && !this.#isAsking) this.#lastId = lastId;
  }

  #send(event: JobEvent | 'reset'): void {
    if (this.#isBehind || this.#isAsking) return;
    if (event === 'reset') return this.#continueAfter('unknown');
    const isWanted = this.#isWanted(event);
    if (typeof isWanted === 'boolean') return this.#pass(event, isWanted);
    this.#isAsking = true;
    isWanted.then(
      (is) => {
        this.#isAsking = false;
        if (this.#isEnded) return;
        this.#pass(event, is);
        if (!this.#isBehind) this.#continueAfter(this.#lastId);
      },
      // The client reconnects, and continues after the last event.
      () => this.end(),
    );
  }

  /** An event is over once it was sent or left out. */
  #pass(event: JobEvent, isWanted: boolean): void {
    this.#lastId = event.id;
    if (isWanted) this.#write(this.#options.texts.textOf(event));
  }

  #isWanted(event: JobEvent): boolean | Promise<boolean> {
    const { jobId } = this.#options;
    if (jobId !== undefined && event.jobId !== jobId) return false;
    return this.#isInScope?.(event) ?? true;
  }

  #beat(): void {
    if (!this.#isBehind) this.#write(`: alive\nid: ${this.#options.texts.idOf(this.#lastId)}\n\n`);
  }

  #check(): void {
    this.#options.isStillAllowed?.().then(
      (isAllowed) => {
        if (!isAllowed) this.end();
      },
      () => this.end(),
    );
  }

  /** `push` returns false when the client does not keep up: later events stay in the ring until `_read`. */
  #write(chunk: string): void {
    if (!this.#isEnded && !this.push(chunk)) this.#isBehind = true;
  }
}
