import type { IncomingMessage, ServerResponse } from 'node:http';
import { createHostHandler, type HostOptions } from './host-options.ts';
import { pathOf, requestFor } from './node-request.ts';
import { EVENT_STREAM, isAddedHeader, writeResponse } from './write-response.ts';

/** What the middleware uses of Koa's context. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly originalUrl: string;
  /** Its `body` is the body, if a parser in front has read it. */
  readonly request: object;
  status: number;
  body: unknown;
  respond?: boolean | undefined;
  set(name: string, value: string): void;
  append(name: string, value: string): void;
}

export type KoaMiddlewareOptions<Context extends KoaContext = KoaContext> = HostOptions<Context>;

/** Answers requests in Koa. */
export interface KoaMiddleware<Context extends KoaContext = KoaContext> {
  /** Calls `next` for a path that is not of this API. */
  (context: Context, next: () => Promise<unknown>): Promise<void>;
  /** Ends the open event streams, which would keep a server from closing, and opens no more. */
  close(): void;
}

/**
 * The REST API of the engine as a middleware for Koa:
 *
 *     app.use(createKoaMiddleware({ engine, authorize, prefix: '/admin/api' }));
 *
 * `authorize` gets Koa's context. The body of a request may have been parsed already, such as by
 * `@koa/bodyparser`.
 */
export function createKoaMiddleware<Context extends KoaContext = KoaContext>(
  options: KoaMiddlewareOptions<Context>,
): KoaMiddleware<Context> {
  const fetchHandler = createHostHandler('createKoaMiddleware', options);
  const handle = async (context: Context, next: () => Promise<unknown>): Promise<void> => {
    const { originalUrl: url, req, res } = context;
    if (!fetchHandler.handles(pathOf(url))) return void (await next());
    const request = requestFor(req, res, { url, body: bodyOf(context.request) });
    await answer(context, await fetchHandler(request, context));
  };
  return Object.assign(handle, { close: () => fetchHandler.close() });
}

function bodyOf(request: object): unknown {
  return 'body' in request ? request.body : undefined;
}

/** Hands a response to Koa, which sends it after the other middleware. */
async function answer(context: KoaContext, response: Response): Promise<void> {
  const { status, headers, body } = response;
  if (headers.get('content-type') === EVENT_STREAM) {
    // Koa reports a client that disconnects from a stream as an error.
    context.respond = false;
    return writeResponse(response, context.res);
  }
  // First: Koa derives a status and headers from the body.
  context.body = body === null ? null : Buffer.from(await response.arrayBuffer());
  context.status = status;
  for (const [name, value] of headers) {
    if (isAddedHeader(name)) context.append(name, value);
    else context.set(name, value);
  }
}
