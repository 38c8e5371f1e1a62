import { randomUUID } from 'node:crypto';
import { checkOptions } from '../core/input/check-options.ts';
import { flag, having, required, rule } from '../core/input/rule.ts';
import { shape } from '../core/input/shape.ts';
import { stderrLogger } from '../engine/host/stderr-logger.ts';
import type { EngineLogger } from '../engine/ports/engine-logger.ts';
import type { Engine } from '../engine/ports/engine-port.ts';
import type { EventStreamLimits } from '../http/events/event-streams.ts';
import {
  type Authorize,
  type JobsNeed,
  type JobsPrincipal,
  mayDo,
  principalOf,
} from '../http/requests/authorize.ts';
import { HttpProblem } from '../http/requests/http-problem.ts';
import { mountFields } from '../http/requests/mount-fields.ts';
import { isServerFault, problemOf } from '../http/requests/problem-of.ts';
import { JobsApi } from '../http/routes/jobs-api.ts';
import { decodeParams, type FoundPath, findPath, requireMethod } from '../http/routes/route-table.ts';
import type { LogIds, RequestContext } from '../http/routing/route.ts';
import { readBody } from './read-body.ts';
import { answerResponse, problemResponse } from './responses.ts';

/**
 * Decides whether a request has a permission. Throws an error with a `statusCode` of 401 or 403, whose
 * message the client gets, or a `Response`, which the client gets as it is. Otherwise returns the principal,
 * if it is known. `context`: what the host passed to the handler with the request.
 */
export type FetchAuthorize<Context> = (
  request: Request,
  need: JobsNeed,
  context: Context,
) => Promise<JobsPrincipal | undefined> | JobsPrincipal | undefined;

export interface FetchHandlerOptions<Context = void> {
  readonly engine: Engine;
  /**
   * Decides which requests are allowed. `false` allows every request everything, for a server without
   * untrusted clients. There is no default: an open jobs API must be a decision.
   */
  readonly authorize: FetchAuthorize<Context> | false;
  /** The path of the API as clients see it, such as `/admin/api`. Default: none, so jobs are at `/jobs`. */
  readonly prefix?: string | undefined;
  readonly events?:
    | (EventStreamLimits & {
        /**
         * Called with each heartbeat: whether the principal may still read the stream. The stream ends if
         * not, or if it rejects. Default: always allowed.
         */
        readonly isStillAllowed?: (request: Request, context: Context) => Promise<boolean>;
      })
    | undefined;
  /**
   * Whether JSON above 1 KB is compressed for clients that accept this. Default: yes, except for requests of
   * Next.js, which compresses itself. `false` also helps if a wrapper copies these requests.
   */
  readonly compress?: boolean | undefined;
  /** Requests at once, event streams aside; a further request gets a 503. Default 1,000. */
  readonly maxRequests?: number | undefined;
  /** Gets the causes of responses with status 500. Any pino logger fits. Default: one line to stderr. */
  readonly logger?: Pick<EngineLogger, 'error'> | undefined;
}

/** The REST API of an engine for servers and frameworks that use the Fetch API. */
export interface FetchHandler<Context = void> {
  /** Answers a request. Never rejects. */
  (request: Request, context: Context): Promise<Response>;
  /** Whether a path, such as `/api/jobs`, is a path of this API. */
  handles(path: string): boolean;
  /** Ends the open event streams, which would keep a server from closing, and opens no more. */
  close(): void;
}

const { security: _security, ...fields } = mountFields;
/** No `?`, `#`, backslash or segment of dots, which a URL would resolve. */
const PREFIX = /^(?:\/(?!\.{1,2}(?:\/|$))[^/?#\\]+)*$/;
const isPrefix = (value: unknown) => typeof value === 'string' && PREFIX.test(value);

const optionRules = required(
  shape<FetchHandlerOptions<never>>('options such as { engine, authorize, prefix: "/api" }', {
    ...fields,
    prefix: rule(isPrefix, { what: 'a path such as /api, without a slash at its end' }),
    compress: flag,
    logger: having('a logger', 'error'),
  }),
);

/** Throws an `EngineError` of code `invalid` for wrong options of `maker`, such as `createNodeHandler`. */
export function checkHandlerOptions(maker: string, options: unknown): void {
  checkOptions(maker, optionRules, options);
}

/**
 * The REST API of the engine as a function of a `Request`:
 *
 *     const handle = createFetchHandler({ engine, authorize, prefix: '/api' });
 *     const response = await handle(request);
 *
 * Reading requires `read`; run, pause, resume, cancel and retry `operate`; create, edit and delete `admin`,
 * like a run whose payload changes fields outside the type's `operatorsMaySet`.
 */
export function createFetchHandler<Context = void>(
  options: FetchHandlerOptions<Context>,
): FetchHandler<Context> {
  checkHandlerOptions('createFetchHandler', options);
  const server = new FetchServer(options);
  return Object.assign((request: Request, context: Context) => server.respond(request, context), {
    handles: (path: string) => server.find(path) !== undefined,
    close: () => server.close(),
  });
}

class FetchServer<Context> {
  readonly #options: FetchHandlerOptions<Context>;
  readonly #api: JobsApi;
  readonly #prefix: string;
  readonly #logger: Pick<EngineLogger, 'error'>;

  constructor(options: FetchHandlerOptions<Context>) {
    this.#options = options;
    this.#api = new JobsApi(options);
    // As URLs have it: `/büro` is `/b%C3%BCro` there.
    this.#prefix = new URL(options.prefix ?? '', 'http://localhost').pathname.replace(/\/$/, '');
    this.#logger = options.logger ?? stderrLogger();
  }

  close(): void {
    this.#api.eventStreams.close();
  }

  find(path: string): FoundPath | undefined {
    return path.startsWith(this.#prefix) ? findPath(path.slice(this.#prefix.length)) : undefined;
  }

  async respond(request: Request, context: Context): Promise<Response> {
    const ids: LogIds = {};
    try {
      return await this.#answer(request, context, ids);
    } catch (error) {
      if (error instanceof Response && !error.bodyUsed) return ownResponse(error);
      const problem = problemOf(error);
      const requestId = randomUUID();
      if (isServerFault(error, problem))
        this.#logger.error({ err: error, requestId, ...ids }, 'a request to the jobs API failed');
      return problemResponse(problem, requestId);
    }
  }

  async #answer(request: Request, hostContext: Context, ids: LogIds): Promise<Response> {
    const { pathname, search, searchParams } = new URL(request.url);
    const found = this.find(pathname);
    if (found === undefined) throw new HttpProblem({ status: 404, detail: NO_SUCH_PATH });
    const route = requireMethod(found, request.method);
    const { authorize, events } = this.#options;
    const ask: Authorize<Request> | false =
      authorize && ((asked, need) => authorize(asked, need, hostContext));
    const principal = await principalOf(ask, request, route.need);
    const context: RequestContext = {
      principal,
      signal: request.signal,
      may: (need) => mayDo(ask, request, need),
      mayStillRead: async () => events?.isStillAllowed?.(request, hostContext) ?? true,
      logWith: (more) => Object.assign(ids, more),
    };
    const answer = await this.#api.answer(route, {
      params: decodeParams(found),
      query: queryOf(searchParams),
      headers: Object.fromEntries(request.headers),
      body: route.method === 'GET' ? undefined : await readBody(request),
      url: pathname + search,
      context,
    });
    return answerResponse(request, answer, { prefix: this.#prefix, compress: this.#options.compress });
  }
}

/** A response that `authorize` may throw again: a body can be sent once. */
function ownResponse(response: Response): Response {
  return response.body === null ? response : response.clone();
}

const NO_SUCH_PATH = 'The jobs API has no such path. Check the URL, and the prefix of the API.';

/** The parameters of a query; an array for a parameter that occurs more than once. */
function queryOf(search: URLSearchParams): Readonly<Record<string, unknown>> {
  // Without a prototype: a parameter can have any name.
  const query: Record<string, unknown> = Object.create(null);
  for (const name of new Set(search.keys())) {
    const values = search.getAll(name);
    query[name] = values.length > 1 ? values : values[0];
  }
  return query;
}
