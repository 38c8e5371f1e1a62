import type { z } from 'zod';
import type { eventSchema } from '../../http/index.ts';
import type { Connection } from '../connection/connection.ts';
import { ApiError, ConnectionError } from '../connection/errors.ts';
import { notThisApi } from '../connection/exchange.ts';
import { backoffMs, LONGEST_RETRY_AFTER_MS } from '../connection/repeat.ts';
import { wait } from '../connection/wait.ts';
import { readSse, SSE_START, type SseMessage } from './sse.ts';

export type JobEvent = z.output<typeof eventSchema>;

/** Events were lost: reload your data. */
export interface Reset {
  readonly type: 'reset';
}

/**
 * `connecting`: the first connection is being opened; `open`: events arrive; `lost`: the client reconnects.
 */
export type ConnectionState = 'connecting' | 'open' | 'lost';

export interface JobEventsOptions {
  /** Only events of this job. */
  readonly jobId?: string | undefined;
  /** Continues after this event of an earlier stream. Absent: only new events. */
  readonly lastEventId?: string | undefined;
  /** Ends the stream without an error. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called with each change of state. No change: the server ends a stream after its longest duration, and the
   * client reconnects at once.
   */
  readonly onState?: ((state: ConnectionState) => void) | undefined;
}

/**
 * Live events, until `signal` or the consumer ends the stream. Reconnects after a loss or 45 s of silence,
 * and continues after the last event; `reset`: events were lost. Throws an ApiError that a retry can't solve
 * (401, 403, other 4xx), or a ConnectionError `too_long` (a line or event above 1 MiB).
 */
export function jobEvents(
  connection: Connection,
  options: JobEventsOptions = {},
): AsyncGenerator<JobEvent | Reset, void, undefined> {
  return followEvents(connection, options, PACE);
}

export interface EventPace {
  /** Silence after which the connection counts as lost. The server sends a heartbeat every 15 s. */
  readonly stallMs: number;
  /**
   * A stream that lasted this long was stable: the client reconnects at once, and the backoff starts again.
   */
  readonly steadyMs: number;
}

const PACE: EventPace = { stallMs: 45_000, steadyMs: 5_000 };

/** {@link jobEvents} with given times. */
export async function* followEvents(
  connection: Connection,
  options: JobEventsOptions,
  pace: EventPace,
): AsyncGenerator<JobEvent | Reset, void, undefined> {
  const { jobId, signal } = options;
  const report = changesOf(options.onState);
  let lastId = options.lastEventId;
  let failures = 0;
  for (let isFirst = true; !signal?.aborted; isFirst = false) {
    let openedAt = Number.POSITIVE_INFINITY;
    let waitMs: number | undefined;
    try {
      if (isFirst) report('connecting');
      const body = await openEvents(connection, { jobId, lastId, signal });
      openedAt = performance.now();
      report('open');
      // Without an id to continue from, events since the first connection are lost.
      if (lastId === undefined && !isFirst) yield RESET;
      for await (const message of messagesOf(body, pace.stallMs, signal)) {
        lastId = message.id || lastId;
        if (message.data !== undefined) yield eventOf(message.event, message.data);
      }
    } catch (error) {
      if (signal?.aborted) return;
      if (!isTemporary(error)) throw error;
      report('lost');
      waitMs = askedWaitMs(error);
    }
    const wasSteady = performance.now() - openedAt >= pace.steadyMs;
    if (wasSteady) failures = 0;
    if (wasSteady && waitMs === undefined) continue;
    await wait(Math.max(waitMs ?? 0, backoffMs(failures, Math.random)), signal);
    failures += 1;
  }
}

const RESET: Reset = { type: 'reset' };

/** Calls `onState` only when the state changes. */
function changesOf(onState: JobEventsOptions['onState']): (state: ConnectionState) => void {
  let known: ConnectionState | undefined;
  return (state) => {
    if (state === known) return;
    known = state;
    onState?.(state);
  };
}

/** Whether a retry can solve the error. */
function isTemporary(error: unknown): boolean {
  if (error instanceof ConnectionError) return error.code !== 'too_long';
  if (!(error instanceof ApiError)) return false;
  return error.status >= 500 || TEMPORARY_REFUSALS.includes(error.status);
}

/** The wait that the server requests when all its streams are in use. */
function askedWaitMs(error: unknown): number {
  const asked = error instanceof ApiError ? error.retryAfterMs : undefined;
  return Math.min(LONGEST_RETRY_AFTER_MS, asked ?? 0);
}

/** Request Timeout, Too Early, Too Many Requests. */
const TEMPORARY_REFUSALS: readonly number[] = [408, 425, 429];

type Bytes = NonNullable<Response['body']>;

interface From {
  readonly jobId: string | undefined;
  readonly lastId: string | undefined;
  readonly signal: AbortSignal | undefined;
}

async function openEvents(connection: Connection, { jobId, lastId, signal }: From): Promise<Bytes> {
  const response = await connection.open({
    method: 'GET',
    path: '/job-events',
    // Not as a header: a browser would send a preflight request to another origin.
    query: { job_id: jobId, last_event_id: lastId },
    headers: { accept: 'text/event-stream' },
    repeat: 'never',
    signal,
  });
  const isStream = /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '');
  if (response.body !== null && isStream) return response.body;
  await response.body?.cancel();
  throw notThisApi(response);
}

/**
 * The messages of a stream. Returns when the server ends the stream. Throws when it breaks, is silent or
 * exceeds a limit, or when the signal is aborted.
 */
async function* messagesOf(
  body: Bytes,
  stallMs: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<SseMessage, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let state = SSE_START;
  try {
    for (;;) {
      const { done, value } = await readWithin(reader, stallMs, signal);
      if (done) return;
      const read = readSse(state, decoder.decode(value, { stream: true }));
      state = read.state;
      yield* read.messages;
    }
  } finally {
    // Ends the request. It fails only if the stream is broken, which was reported already.
    await reader.cancel().catch(() => undefined);
  }
}

interface Chunk {
  readonly done: boolean;
  readonly value?: Uint8Array | undefined;
}

function readWithin(
  reader: { readonly read: () => Promise<Chunk> },
  stallMs: number,
  signal: AbortSignal | undefined,
): Promise<Chunk> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      stop();
      reject(error);
    };
    const onAbort = () => fail(signal?.reason);
    const timer = setTimeout(
      () => fail(new ConnectionError('timeout', `The event stream was silent for ${stallMs / 1_000} s.`)),
      stallMs,
    );
    const stop = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    if (signal?.aborted) return onAbort();
    signal?.addEventListener('abort', onAbort);
    reader.read().then(
      (chunk) => {
        stop();
        resolve(chunk);
      },
      (cause) => fail(new ConnectionError('no_answer', 'The event stream broke.', { cause })),
    );
  });
}

/** Parses an event. An unreadable event counts as lost. */
function eventOf(event: string, data: string): JobEvent | Reset {
  if (event === 'reset') return RESET;
  try {
    const value: unknown = JSON.parse(data);
    return isEvent(value) ? value : RESET;
  } catch (error) {
    if (error instanceof SyntaxError) return RESET;
    throw error;
  }
}

/** No further validation, as with response bodies. */
function isEvent(value: unknown): value is JobEvent {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
