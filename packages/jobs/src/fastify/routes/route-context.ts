import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { AbortFlag } from '../../core/model/errors.ts';
import type { CommandOptions, Engine } from '../../engine/engine-port.ts';
import { CoalescedReads } from '../requests/coalesced-reads.ts';
import { problemOf } from '../requests/errors.ts';
import type { ZodTypes } from '../requests/zod-compiler.ts';

/** The permission that a route requires. */
export type JobsNeed = 'read' | 'operate' | 'admin';

/** The sender of a request. `id`: the name for the audit log, such as `user:42`. */
export interface JobsPrincipal {
  readonly id: string;
}

/**
 * Decides whether a request has a permission. Throws an error with a `statusCode` of 401 or 403 if not;
 * otherwise returns the principal, if it is known.
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

/** The documentation of a route beside its schemas. */
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
   * A `preParsing` hook that refuses requests without the permission. It runs before the body is read and
   * after all `onRequest` hooks: the host has authenticated the request, and its rate limit counts refused
   * requests.
   */
  allow(need: JobsNeed): Hook;
  /** Whether the request has a permission, for rules that depend on the body. */
  may(request: FastifyRequest, need: JobsNeed): Promise<boolean>;
  /** The principal that {@link allow} found, and whether the client still waits for the response. */
  commandOptions(request: FastifyRequest): CommandOptions;
  /**
   * Shares one read among simultaneous requests for the same URL: {@link CoalescedReads}. Only for responses
   * that are the same for all clients with the permission.
   */
  share<T>(request: FastifyRequest, read: () => Promise<T>): Promise<T>;
  /** The host's limit for a path parameter, in characters. */
  readonly longestParameter: number;
  /** The path of a resource, with the prefix. */
  path(below: string): string;
  document(doc: RouteDoc): RouteDoc & { readonly tags: string[]; readonly security?: SecurityRequirement[] };
}

/** As in OpenAPI: names of security schemes in the host's document, with their scopes. */
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
  const reads = new CoalescedReads();
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
    commandOptions: (request) => {
      const principal = principals.get(request);
      const signal = connectionOf(request);
      return principal === undefined ? { signal } : { by: principal.id, signal };
    },
    share: ({ url }, read) => reads.read(url, read),
    path: (below) => `${prefix}${below}`,
    document: (doc) => ({
      ...doc,
      tags: ['jobs'],
      ...(security === undefined ? {} : { security: [...security] }),
    }),
  };
}

/**
 * Aborted once the connection of the request has ended. The `close` event of a request does not say that:
 * Node emits it as soon as the body is read.
 */
function connectionOf({ raw: { socket } }: FastifyRequest): AbortFlag {
  return {
    get aborted() {
      return socket.destroyed;
    },
  };
}

/** A `preValidation` hook: replaces a missing body by an empty object. */
export async function bodyIsOptional(request: FastifyRequest): Promise<void> {
  if (request.body === undefined) request.body = {};
}
