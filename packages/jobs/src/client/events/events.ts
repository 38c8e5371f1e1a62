import type { z } from 'zod';
import type { eventSchema } from '../../http/index.ts';
import type { Connection } from '../connection/connection.ts';
import { ApiError, ConnectionError } from '../connection/errors.ts';
import { notThisApi } from '../connection/exchange.ts';
import { backoffMs, LONGEST_RETRY_AFTER_MS } from '../connection/repeat.ts';
import { wait } from '../connection/wait.ts';
import { readSse, SSE_START, type SseMessage } from './sse.ts';

export type JobEvent = z.output<typeof eventSchema>;

/** Events were missed: read anew what you show. */
export interface Reset {
  readonly type: 'reset';
}

/**
 * `connecting`: for the first time; `open`: events come; `lost`: they don't, and it is tried again and again.
 */
export type ConnectionState = 'connecting' | 'open' | 'lost';

export interface JobEventsOptions {
  /** Only events of this job. */
  readonly jobId?: string | undefined;
  /** Goes on after this event, which an earlier stream had. Left out: from now on. */
  readonly lastEventId?: string | undefined;
  /** Ends the stream, with no error. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called with each change. A stream that ends normally and reopens at once, as all do now and then, is
   * none.
   */
  readonly onState?: ((state: ConnectionState) => void) | undefined;
}

/**
 * Events as they happen, until `signal` or the consumer ends them. Reconnects after a loss, or 45 s of
 * silence, and continues after the last event; `reset`: some were missed. Throws an ApiError that a retry
 * would repeat (401, 403, other 4xx), or a ConnectionError `too_long` (a line or event over 1 MiB).
 */
export function jobEvents(
  connection: Connection,
  options: JobEventsOptions = {},
): AsyncGenerator<JobEvent | Reset, void, undefined> {
  return followEvents(connection, options, PACE);
}

export interface EventPace {
  /** A silence longer than this means that the server is gone: it sends something every 15 s. */
  readonly stallMs: number;
  /**
   * A stream that lasted this long was good: the next one is opened at once, and the count of failures
   * restarts.
   */
  readonly steadyMs: number;
}

const PACE: EventPace = { stallMs: 45_000, steadyMs: 5_000 };

/** {@link jobEvents}, at a pace of one's own. */
export async function* followEvents(
  connection: Connection,
  options: JobEventsOptions,
  pace: EventPace,
): AsyncGenerator<JobEvent | Reset, void, undefined> {
  const { jobId, signal } = options;
  const tell = changesOf(options.onState);
  let lastId = options.lastEventId;
  let failures = 0;
  for (let isFirst = true; !signal?.aborted; isFirst = false) {
    let openedAt = Number.POSITIVE_INFINITY;
    let waitMs: number | undefined;
    try {
      if (isFirst) tell('connecting');
      const body = await openEvents(connection, { jobId, lastId, signal });
      openedAt = performance.now();
      tell('open');
      // Whoever began to listen before has missed what happened until now, and has no id to come back with.
      if (lastId === undefined && !isFirst) yield RESET;
      for await (const message of messagesOf(body, pace.stallMs, signal)) {
        lastId = message.id || lastId;
        if (message.data !== undefined) yield eventOf(message.event, message.data);
      }
    } catch (error) {
      if (signal?.aborted) return;
      if (!isPassing(error)) throw error;
      tell('lost');
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

/** Tells of a state only when it is another one. */
function changesOf(onState: JobEventsOptions['onState']): (state: ConnectionState) => void {
  let known: ConnectionState | undefined;
  return (state) => {
    if (state === known) return;
    known = state;
    onState?.(state);
  };
}

/** What trying again does not mend is the caller's to see; all else passes. */
function isPassing(error: unknown): boolean {
  if (error instanceof ConnectionError) return error.code !== 'too_long';
  if (!(error instanceof ApiError)) return false;
  return error.status >= 500 || PASSING_REFUSALS.includes(error.status);
}

/** A server that has no stream to spare says when to come back. */
function askedWaitMs(error: unknown): number {
  const asked = error instanceof ApiError ? error.retryAfterMs : undefined;
  return Math.min(LONGEST_RETRY_AFTER_MS, asked ?? 0);
}

/** Too slow, too early, too many. */
const PASSING_REFUSALS: readonly number[] = [408, 425, 429];

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
    // Not as a header: a browser would ask another origin first whether it may be sent.
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
 * Returns when the stream ends in good order; throws when it breaks, is silent or says too much, or the
 * signal is aborted.
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
    // Ends the request. What it can fail of is that the stream is broken, which was said already.
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
      () =>
        fail(new ConnectionError('timeout', `Nothing came from the event stream for ${stallMs / 1_000} s.`)),
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

/** What can't be read stands for something that happened, too. */
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

/** As in an answer, the server is taken at its word. */
function isEvent(value: unknown): value is JobEvent {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
