import type { IncomingMessage, ServerResponse } from 'node:http';
import { announcesBody, parsedBodyBytes } from '../http/bodies/parsed-body.ts';

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
  const { headers } = message;
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const body = bodyOf(message, sent.body);
  const request = new Request(urlOf(sent.url), {
    method: methodOf(message),
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

/** Some clients send a whole URL. Parsers disagree where the path of `http:///admin/api` begins. */
const ORIGIN = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i;
/** What `new URL` would resolve to another path than the one that the host has seen. */
const RESOLVED = /\\|\/(?:\.|%2e){1,2}(?:[/#]|$)/i;

/** The URL on a fixed host: only path and query matter. A path that would need resolving becomes the root. */
function urlOf(url = '/'): URL {
  const target = url.replace(ORIGIN, '');
  // A host that guards `/admin` by its path has let `/x/../admin/api/jobs` through.
  const isResolved = RESOLVED.test(target.split('?', 1)[0] ?? '');
  // With OPTIONS, `*` is no path.
  return new URL(target.startsWith('/') && !isResolved ? `http://localhost${target}` : 'http://localhost/');
}

/** The method; for one that a `Request` can't have, such as TRACE, another that no route has. */
function methodOf({ method = 'GET' }: IncomingMessage): string {
  return ['CONNECT', 'TRACE', 'TRACK'].includes(method) ? 'OPTIONS' : method;
}

/** The bytes that the client sent; undefined if the request announces none. */
function bodyOf(message: IncomingMessage, parsed: unknown) {
  if (message.method === 'GET' || message.method === 'HEAD' || !announcesBody(message)) return undefined;
  // Some parsers set an empty object for a body that they have not read.
  return message.readableDidRead ? parsedStreamOf(parsed) : streamOf(message);
}

/** The body as a parser in front has kept it. Reading fails if it has not. */
function parsedStreamOf(parsed: unknown) {
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        controller.enqueue(parsedBodyBytes(parsed));
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/** The body, read on demand. A cancel drops the rest; the connection stays open for the response. */
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
