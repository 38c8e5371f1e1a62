import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { AbortFlag } from '../../core/errors.ts';
import type { CommandOptions, Engine } from '../../engine/engine-port.ts';
import { SharedAnswers } from '../requests/coalesced-reads.ts';
import { problemOf } from '../requests/errors.ts';
import type { ZodTypes } from '../requests/zod-compiler.ts';

/** What a route asks of who sent the request. */
export type JobsNeed = 'read' | 'operate' | 'admin';

/** Who sent a request, as the audit log is to name them, such as `user:42`. */
export interface JobsPrincipal {
  readonly id: string;
}

/**
 * Decides whether a request may do what it needs: throws an error with a `statusCode` of 401 or 403 if not;
 * else says who asks, if that is known.
 */
export type JobsAuthorize = (
  request: FastifyRequest,
  need: JobsNeed,
) => Promise<JobsPrincipal | undefined> | JobsPrincipal | undefined;

/** An instance whose routes have zod schemas. */
export type JobsApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypes
>;

/** What the documentation of a route says besides its schemas. */
export interface RouteDoc {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
}

type Hook = (request: FastifyRequest) => Promise<void>;

/** What all routes share. */
export interface RouteContext {
  readonly engine: Engine;
  /**
   * A `preParsing` hook: nobody gets past it who may not do this. It comes before the body is read, and after
   * all `onRequest` hooks, so that the host has found out who asks, and its rate limit has counted those who
   * are refused.
   */
  allow(need: JobsNeed): Hook;
  /** Whether `authorize` lets this request do it: for what depends on the body. */
  may(request: FastifyRequest, need: JobsNeed): Promise<boolean>;
  /** Who asks, as {@link allow} found out, and whether they still wait for the answer. */
  asked(request: FastifyRequest): CommandOptions;
  /**
   * For what many ask at the same time, and what is the same for all who may read it: {@link SharedAnswers}.
   */
  share<T>(request: FastifyRequest, read: () => Promise<T>): Promise<T>;
  /** The host's bound on a path parameter, in characters. */
  readonly longestParameter: number;
  /** The path of something below the prefix. */
  path(below: string): string;
  document(doc: RouteDoc): RouteDoc & { readonly tags: string[]; readonly security?: SecurityRequirement[] };
}

/** As in OpenAPI: the names of security schemes of the host's document, with their scopes. */
export type SecurityRequirement = Record<string, string[]>;

export interface RouteContextOptions {
  readonly engine: Engine;
  readonly authorize: JobsAuthorize | false;
  readonly prefix: string;
  readonly security: readonly SecurityRequirement[] | undefined;
  readonly longestParameter: number;
}

export function createRouteContext(options: RouteContextOptions): RouteContext {
  const { engine, authorize, prefix, security, longestParameter } = options;
  const answers = new SharedAnswers();
  const principals = new WeakMap<FastifyRequest, JobsPrincipal>();
  return {
    engine,
    longestParameter,
    allow: (need) => async (request) => {
      if (authorize === false) return;
      const principal = await authorize(request, need);
      if (principal !== undefined) principals.set(request, principal);
    },
    may: async (request, need) => {
      if (authorize === false) return true;
      try {
        await authorize(request, need);
        return true;
      } catch (error) {
        if (problemOf(error).status === 403) return false;
        throw error;
      }
    },
    asked: (request) => {
      const principal = principals.get(request);
      const signal = connectionOf(request);
      return principal === undefined ? { signal } : { by: principal.id, signal };
    },
    share: ({ url }, read) => answers.ask(url, read),
    path: (below) => `${prefix}${below}`,
    document: (doc) => ({
      ...doc,
      tags: ['jobs'],
      ...(security === undefined ? {} : { security: [...security] }),
    }),
  };
}

/**
 * Aborted once the connection of the request has ended. Node's `close` event of a request comes when its body
 * is read.
 */
function connectionOf({ raw: { socket } }: FastifyRequest): AbortFlag {
  return {
    get aborted() {
      return socket.destroyed;
    },
  };
}

/** A `preValidation` hook: no body at all means an empty object. */
export async function bodyIsOptional(request: FastifyRequest): Promise<void> {
  if (request.body === undefined) request.body = {};
}
