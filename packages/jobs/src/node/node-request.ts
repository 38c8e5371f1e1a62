import type { IncomingMessage, ServerResponse } from 'node:http';
import { parsedBodyBytes } from '../http/requests/parsed-body.ts';

/** A request of Node, as Express and others extend it. */
export interface NodeRequest extends IncomingMessage {
  /** The URL before a router removed the path of its mount. */
  readonly originalUrl?: string;
  /** The body, if a parser in front has read it. */
  readonly body?: unknown;
}

/** What the client sent, as the framework in front has kept it. */
export interface SentRequest {
  /** Path and query. */
  readonly url: string | undefined;
  /** The parsed body; undefined if nothing has read it. */
  readonly body: unknown;
}

/** The path of a request. */
export function pathOf(url: string | undefined): string {
  return urlOf(url).pathname;
}

/** A `Request` for a request of Node. Its signal fires when the client disconnects. */
export function requestFor(message: IncomingMessage, response: ServerResponse, sent: SentRequest): Request {
  const { method = 'GET', headers } = message;
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const body = bodyOf(message, sent.body);
  const request = new Request(urlOf(sent.url), {
    method,
    headers: headersOf(headers),
    signal: gone.signal,
    ...(body === undefined ? {} : { body, duplex: 'half' }),
  });
  // The response to a refused request is sent before its body is read.
  response.once('finish', () => {
    if (request.body?.locked === false) void request.body.cancel();
  });
  return request;
}

/** The URL on a fixed host: only path and query matter. */
function urlOf(url = '/'): URL {
  if (url.startsWith('/')) return new URL(`http://localhost${url}`);
  // Some clients send a whole URL, or `*` with OPTIONS.
  return URL.parse(url) ?? new URL('http://localhost/');
}

/** The bytes that the client sent; undefined if the request announces none. */
function bodyOf(message: IncomingMessage, parsed: unknown) {
  const { 'content-length': length = '0', 'transfer-encoding': coding } = message.headers;
  if (message.method === 'GET' || message.method === 'HEAD') return undefined;
  if (length === '0' && coding === undefined) return undefined;
  if (message.readableEnded || parsed !== undefined) return parsedBodyBytes(parsed);
  return streamOf(message);
}

/** The body, read on demand. After a cancel, the rest is dropped; the connection stays open for the response. */
function streamOf(message: IncomingMessage) {
  const chunks = message.iterator({ destroyOnReturn: false });
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await chunks.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await chunks.return?.();
        message.resume();
      },
    },
    { highWaterMark: 0 },
  );
}

function headersOf(from: IncomingMessage['headers']): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(from)) {
    // HTTP/2 has names such as `:path`, which the Fetch API refuses.
    if (name.startsWith(':')) continue;
    for (const each of [value ?? []].flat()) headers.append(name, each);
  }
  return headers;
}
