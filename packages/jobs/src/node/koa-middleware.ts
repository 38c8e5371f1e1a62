import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { createHostHandler, type HostOptions } from './host-options.ts';
import { pathOf, requestFor } from './node-request.ts';
import { isAddedHeader } from './write-response.ts';

/** What the middleware uses of Koa's context. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly originalUrl: string;
  /** `body`: the body, if a parser in front has read it. */
  readonly request: { readonly body?: unknown };
  status: number;
  body: unknown;
  set(name: string, value: string): void;
  append(name: string, value: string): void;
}

export type KoaMiddlewareOptions<Context extends KoaContext = KoaContext> = HostOptions<Context>;

/** Answers requests in Koa. */
export interface KoaMiddleware<Context extends KoaContext = KoaContext> {
  /** Calls `next` for a path that is not of this API. */
  (context: Context, next: () => Promise<unknown>): Promise<void>;
  /** Ends the open event streams, which would keep a server from closing. */
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
  const fetchHandler = createHostHandler(options);
  const handle = async (context: Context, next: () => Promise<unknown>): Promise<void> => {
    const { originalUrl: url, req, res } = context;
    if (!fetchHandler.handles(pathOf(url))) return void (await next());
    const request = requestFor(req, res, { url, body: context.request.body });
    answer(context, await fetchHandler(request, context));
  };
  return Object.assign(handle, { close: () => fetchHandler.close() });
}

/** Hands a response to Koa, which sends it after the other middleware. */
function answer(context: KoaContext, { status, headers, body }: Response): void {
  // First: Koa derives a status and headers from the body.
  context.body = body === null ? null : Readable.fromWeb(body);
  context.status = status;
  for (const [name, value] of headers) {
    if (isAddedHeader(name)) context.append(name, value);
    else context.set(name, value);
  }
}
