import { Readable } from 'node:stream';
import type { JobEvent } from '../../core/events.ts';
import type { Engine } from '../../engine/engine-port.ts';
import type { EventTexts } from './event-texts.ts';

/**
 * What may wait for one client; what comes beyond that stays in the engine's ring, and is fetched from there.
 */
const MOST_PENDING_BYTES = 65_536;
/** How long a client that does not read may keep an ended stream open. */
const END_GRACE_MS = 5_000;

export interface EventsStreamOptions {
  readonly engine: Engine;
  readonly texts: EventTexts;
  /** Only events of this job. */
  readonly jobId: string | undefined;
  /** As the client sent it. */
  readonly lastEventId: string | undefined;
  readonly heartbeatMs: number;
  /** When the stream ends, so that a client comes back with a token that is still good. */
  readonly maxAgeMs: number;
  /** Asked with each heartbeat: the stream ends when it is not so, or can't be told. */
  readonly isStillAllowed?: () => Promise<boolean>;
}

/**
 * The engine's events as `text/event-stream`, from the one after `lastEventId` on. `reset` stands for events
 * no longer kept: the client must read everything again. A slow client costs no memory: it reads from the
 * engine's ring. Each heartbeat has an id, so a quiet client does not return with a forgotten one.
 */
export class EventsStream extends Readable {
  readonly #options: EventsStreamOptions;
  readonly #timers: NodeJS.Timeout[];
  #unsubscribe: () => void = () => undefined;
  /** The newest event that this client has, or was not to have. */
  #lastId = 0;
  #isBehind = false;
  #isEnded = false;

  constructor(options: EventsStreamOptions) {
    super({ highWaterMark: MOST_PENDING_BYTES });
    this.#options = options;
    this.#timers = [
      setInterval(() => {
        this.#beat();
        this.#check();
      }, options.heartbeatMs).unref(),
      setTimeout(() => this.end(), options.maxAgeMs).unref(),
    ];
    this.#goOnAfter(options.texts.numberOf(options.lastEventId));
    // Something goes out at once: a client knows that it is connected, and from where it would go on.
    this.#beat();
  }

  /** Ends the stream in good order. */
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
    this.#goOnAfter(this.#lastId);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#unsubscribe();
    for (const timer of this.#timers) clearTimeout(timer);
    done(error);
  }

  /** Writes what the ring has after an event, and then what comes. Undefined: only what comes. */
  #goOnAfter(after: number | 'unknown' | undefined): void {
    this.#unsubscribe();
    const { backlog, lastId, unsubscribe } = this.#options.engine.subscribe(
      (event) => this.#tell(event),
      after === 'unknown' ? undefined : after,
    );
    this.#unsubscribe = unsubscribe;
    if (after === 'unknown' || backlog === 'reset') {
      this.#lastId = lastId;
      this.#write(`id: ${this.#options.texts.idOf(lastId)}\nevent: reset\ndata: {}\n\n`);
      return;
    }
    for (const event of backlog) this.#tell(event);
    if (!this.#isBehind) this.#lastId = lastId;
  }

  #tell(event: JobEvent | 'reset'): void {
    if (this.#isBehind) return;
    if (event === 'reset') return this.#goOnAfter('unknown');
    this.#lastId = event.id;
    const { jobId } = this.#options;
    if (jobId !== undefined && event.jobId !== jobId) return;
    this.#write(this.#options.texts.textOf(event));
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

  /** `push` says no when the client does not keep up: then the ring keeps the rest until `_read` asks. */
  #write(chunk: string): void {
    if (!this.#isEnded && !this.push(chunk)) this.#isBehind = true;
  }
}
