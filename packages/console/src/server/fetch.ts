import type { ConsoleOptions } from './console-options.ts';
import { type ConsoleAnswer, createConsoleSite } from './console-site.ts';
import { checkPrefix, isBelow } from './prefix.ts';

export type { ConsoleAuth, ConsoleOptions } from './console-options.ts';

export interface ConsoleFetchOptions extends ConsoleOptions {
  /** The path of the console in each request's URL, such as `/admin/jobs`. */
  readonly prefix: string;
  /**
   * Whether files are sent with Brotli or gzip to browsers that accept this. Default: yes, except for
   * requests of Next.js, which compresses itself. `false` also helps if a wrapper copies these requests.
   */
  readonly compress?: boolean;
}

/** Answers requests for the console. */
export interface ConsoleFetchHandler {
  /** Answers 404 to a path outside of the prefix. */
  (request: Request): Promise<Response>;
  /** Whether a path, such as `/admin/jobs/runs/1`, is a path of the console. */
  handles(path: string): boolean;
}

/**
 * The console as a Fetch handler, for Hono, Next.js and each other server with `Request` and `Response`:
 *
 *     const handle = createConsoleFetchHandler({ prefix: '/admin/jobs', api: '/admin/api' });
 *
 * Throws an error of code `invalid`, with `faults`, for bad options.
 */
export function createConsoleFetchHandler(options: ConsoleFetchOptions): ConsoleFetchHandler {
  const prefix = checkPrefix(options?.prefix);
  const { compress, ...siteOptions } = options;
  const site = createConsoleSite(prefix, siteOptions);
  const handle = async (request: Request): Promise<Response> => {
    const { pathname, search } = new URL(request.url);
    if (!isBelow(pathname, prefix)) return new Response('Not found\n', { status: 404 });
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } });
    }
    const accepted = request.headers.get('accept-encoding') ?? undefined;
    const answer = await site.answer({
      url: pathname + search,
      acceptEncoding: (compress ?? !isOfNext(request)) ? accepted : undefined,
      ifNoneMatch: request.headers.get('if-none-match') ?? undefined,
    });
    return responseOf(answer, request.method);
  };
  return Object.assign(handle, { handles: (path: string) => isBelow(path, prefix) });
}

/** Next.js removes `Content-Encoding` and compresses responses itself. Its requests have `nextUrl`. */
const isOfNext = (request: Request): boolean => 'nextUrl' in request;

function responseOf({ status, headers, body }: ConsoleAnswer, method: string): Response {
  return new Response(method === 'HEAD' ? null : (body ?? null), { status, headers });
}
