import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ConsoleOptions } from './console-options.ts';
import { createConsoleSite } from './console-site.ts';
import { checkPrefix, isBelow } from './prefix.ts';

export type { ConsoleAuth, ConsoleOptions } from './console-options.ts';

export interface ConsoleNodeOptions extends ConsoleOptions {
  /** The path of the console in each request's URL, such as `/admin/jobs`. */
  readonly prefix: string;
}

/** A request of Node. Express keeps the whole URL in `originalUrl` where `url` is only the rest of it. */
type NodeRequest = IncomingMessage & { readonly originalUrl?: string };

/** Answers requests for the console. */
export interface ConsoleNodeHandler {
  /**
   * Calls `next` for a path outside of the prefix, and for a method other than GET and HEAD. Without `next`:
   * 404 and 405.
   */
  (request: NodeRequest, response: ServerResponse, next?: (error?: unknown) => void): void;
  /** Whether a path, such as `/admin/jobs/runs/1`, is a path of the console. */
  handles(path: string): boolean;
}

/**
 * The console as a handler for `node:http`, and as a middleware for Express and NestJS:
 *
 *     app.use(createConsoleNodeHandler({ prefix: '/admin/jobs', api: '/admin/api' }));
 *
 * Throws an error of code `invalid`, with `faults`, for bad options.
 */
export function createConsoleNodeHandler(options: ConsoleNodeOptions): ConsoleNodeHandler {
  const prefix = checkPrefix(options?.prefix);
  const site = createConsoleSite(prefix, options);
  const handle = (request: NodeRequest, response: ServerResponse, next?: Next): void => {
    const url = request.originalUrl ?? request.url ?? '';
    const isHead = request.method === 'HEAD';
    if (!isBelow(url.split('?', 1)[0] ?? '', prefix)) return pass(response, 404, next);
    if (request.method !== 'GET' && !isHead) return pass(response, 405, next);
    const acceptEncoding = textOf(request.headers['accept-encoding']);
    site
      .answer({ url, acceptEncoding, ifNoneMatch: request.headers['if-none-match'] })
      .then(({ status, headers, body }) => {
        response.writeHead(status, headers).end(isHead ? undefined : body);
      })
      .catch((error: unknown) => (next === undefined ? refuse(response, 500) : next(error)));
  };
  return Object.assign(handle, { handles: (path: string) => isBelow(path, prefix) });
}

type Next = (error?: unknown) => void;

function pass(response: ServerResponse, status: 404 | 405, next: Next | undefined): void {
  if (next === undefined) refuse(response, status);
  else next();
}

function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'object' ? header.join(', ') : header;
}

function refuse(response: ServerResponse, status: 404 | 405 | 500): void {
  response.writeHead(status, status === 405 ? { allow: 'GET, HEAD' } : {}).end();
}
