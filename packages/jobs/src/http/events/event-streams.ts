import type { Readable } from 'node:stream';
import type { Engine } from '../../engine/ports/engine-port.ts';
import { HttpProblem } from '../requests/http-problem.ts';
import type { EventFilter } from '../scope/scoped-events.ts';
import { EventTexts } from './event-texts.ts';
import { EventsStream } from './events-stream.ts';

/** Limits of the event streams of one mount. */
export interface EventStreamLimits {
  /** Streams open at once; a further request gets a 503. Default 100. */
  readonly maxStreams?: number;
  /** Streams open at once for one principal of `authorize`; a further request gets a 429. Default 20. */
  readonly maxStreamsPerPrincipal?: number;
  /** Time between two heartbeats. Default 15,000. */
  readonly heartbeatMs?: number;
  /**
   * Longest duration of a stream; clients then reconnect with a new token. Default 900,000 (15 minutes).
   */
  readonly maxAgeMs?: number;
}

/** The limits, and the host's check of a client whose stream is open. */
export interface EventStreamOptions<Request> extends EventStreamLimits {
  /**
   * Called with each heartbeat: whether the principal may still read the stream. The stream ends if not, or
   * if it rejects, so that a revoked token or role ends it like any other request. Default: always allowed.
   */
  readonly isStillAllowed?: (request: Request) => Promise<boolean>;
}

/** Who wants to read which events. */
export interface StreamRequest {
  /** The principal, if the host names one. */
  readonly by: string | undefined;
  /** Only events of this job. */
  readonly jobId: string | undefined;
  /** Which events the caller may see, for a stream from its start or a reset. Default: all. */
  readonly newFilter?: () => EventFilter;
  /** The id that the client sent. */
  readonly lastEventId: string | undefined;
  readonly isStillAllowed: () => Promise<boolean>;
}

const RETRY_SECONDS = 30;

/** The open event streams of one mount, within its limits. */
export class EventStreams {
  readonly #engine: Engine;
  readonly #texts = new EventTexts();
  readonly #limits: Required<EventStreamLimits>;
  /** Each stream with its principal, if the host names one. */
  readonly #open = new Map<EventsStream, string | undefined>();
  #isClosed = false;

  constructor(engine: Engine, limits: EventStreamLimits = {}) {
    const { maxStreams = 100, maxStreamsPerPrincipal = 20 } = limits;
    const { heartbeatMs = 15_000, maxAgeMs = 900_000 } = limits;
    this.#engine = engine;
    this.#limits = { maxStreams, maxStreamsPerPrincipal, heartbeatMs, maxAgeMs };
  }

  /** Opens a stream of server-sent events. Throws a 503 or 429 if too many are open, or a 503 once closed. */
  open({ by, ...request }: StreamRequest): Readable {
    this.#refuseExcess(by);
    const { heartbeatMs, maxAgeMs } = this.#limits;
    const stream = new EventsStream({
      engine: this.#engine,
      texts: this.#texts,
      heartbeatMs,
      maxAgeMs,
      ...request,
    });
    this.#open.set(stream, by);
    stream.once('close', () => this.#open.delete(stream));
    return stream;
  }

  /** Ends all streams and opens no more: open streams would keep a server from closing. */
  close(): void {
    this.#isClosed = true;
    for (const stream of this.#open.keys()) stream.end();
  }

  #refuseExcess(by: string | undefined): void {
    const { maxStreams, maxStreamsPerPrincipal } = this.#limits;
    if (this.#isClosed) {
      const detail = 'The server is stopping. Retry after the time in Retry-After.';
      throw new HttpProblem({ status: 503, detail, retryAfterSeconds: RETRY_SECONDS });
    }
    if (this.#open.size >= maxStreams) {
      const detail = `All ${maxStreams} event streams of this server are in use. Retry after the time in Retry-After.`;
      throw new HttpProblem({ status: 503, detail, retryAfterSeconds: RETRY_SECONDS });
    }
    if (by !== undefined && countOf(this.#open.values(), by) >= maxStreamsPerPrincipal) {
      const detail = `Your account or token has ${maxStreamsPerPrincipal} open event streams on this server, the limit. Close one, then retry.`;
      throw new HttpProblem({ status: 429, detail, retryAfterSeconds: RETRY_SECONDS });
    }
  }
}

function countOf<T>(values: Iterable<T>, value: T): number {
  let count = 0;
  for (const each of values) if (each === value) count += 1;
  return count;
}
