import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { Rule } from '../../core/input/rule.ts';
import type { AbortFlag } from '../../core/model/errors.ts';
import type { CommandOptions } from '../../engine/ports/engine-port.ts';
import type { EventStreams } from '../events/event-streams.ts';
import { checkInput } from '../input/check.ts';
import type { JobsNeed, JobsPrincipal } from '../requests/authorize.ts';
import type { CoalescedReads } from '../requests/coalesced-reads.ts';
import { refuseCrossOrigin } from '../requests/cross-origin.ts';
import { inRequestWords, invalidRequest, withFaultsOf } from '../requests/rest-fault.ts';
import type { RouteEngine } from '../scope/route-engine.ts';

/** The job and the run that a request reads, changes or creates, as fields of its log lines. */
export interface LogIds {
  readonly jobId?: string;
  readonly runId?: string;
  /** The run that a retry created. */
  readonly newRunId?: string;
}

/** What the routes of one mount share. For a caller with a scope, each part shows only the scope. */
export interface RouteDeps {
  readonly engine: RouteEngine;
  /** Only for responses that are the same for all clients with the permission and the scope. */
  readonly reads: Pick<CoalescedReads, 'read'>;
  readonly eventStreams: Pick<EventStreams, 'open'>;
  /** Characters in a path parameter that the host routes. */
  readonly longestParameter: number;
}

/** Who sent a request, and what the adapter knows of its state. */
export interface RequestContext {
  /** Absent if the host names none. */
  readonly principal: JobsPrincipal | undefined;
  /** Aborted once the client has disconnected. */
  readonly signal: AbortFlag;
  /** Whether the sender has a permission, for rules that depend on the body. */
  may(need: JobsNeed): Promise<boolean>;
  /** Whether the sender may still read a stream that is open. */
  mayStillRead(): Promise<boolean>;
  /** Adds ids to the later log lines of the request. */
  logWith(ids: LogIds): void;
}

/** A request that an adapter has read and authorized. The route checks its four parts. */
export interface HostRequest {
  /** The parameters in the path, decoded. */
  readonly params: unknown;
  /** The parameters of the query; an array for a parameter that occurs more than once. */
  readonly query: unknown;
  /** The headers, with names in lower case. */
  readonly headers: unknown;
  /** The parsed body; undefined without one. */
  readonly body: unknown;
  /** Path and query: requests with the same URL may share one read. */
  readonly url: string;
  readonly context: RequestContext;
}

/** A request whose parts match the schemas of its route. */
export interface RouteRequest<Params, Query, Headers, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly headers: Headers;
  readonly body: Body;
  readonly url: string;
  readonly context: RequestContext;
}

/** The response of a route. An adapter adds the prefix to `location`, and headers for the body. */
export interface RouteAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Path of the new resource, below the prefix. */
  readonly location?: string;
  /** Sent as JSON. Responses with the same object share one text. */
  readonly body?: object;
  /** Server-sent events, instead of a body. */
  readonly events?: Readable;
  /** A file, instead of a body. Sent as fast as the client reads it. */
  readonly download?: { readonly type: string; readonly content: Readable };
}

/** The documentation of a route beside its schemas. */
export interface RouteDoc {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
}

/** What OpenAPI and the adapters know of a route. */
interface RouteContract {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the prefix, with parameters such as `:job_id`. */
  readonly path: string;
  readonly need: JobsNeed;
  readonly doc: RouteDoc;
  /** The response schemas by status. They document; nothing checks responses against them. */
  readonly responses: Readonly<Record<number, z.ZodType>>;
  /** Media types of the body; default `application/json`. */
  readonly consumes?: readonly string[];
  /** The response is a stream with a limit of its own. The route has no HEAD. */
  readonly isStream?: boolean;
}

interface RouteDefinition<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Headers extends z.ZodType,
  Body extends z.ZodType,
> extends RouteContract {
  readonly params?: Params;
  readonly query?: Query;
  readonly headers?: Headers;
  readonly body?: Body;
  /** What the library says of the body. If the schema refuses the body, the client gets these faults, too. */
  readonly bodyRule?: Rule;
  /** A missing body means `{}`, except from a page of another origin. */
  readonly bodyIsOptional?: boolean;
  readonly handle: (
    request: RouteRequest<z.output<Params>, z.output<Query>, z.output<Headers>, z.output<Body>>,
    deps: RouteDeps,
  ) => Promise<RouteAnswer>;
}

/** A route of the REST API as data. The adapters for HTTP servers register it. */
export interface Route extends RouteContract {
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly headers?: z.ZodType;
  readonly body?: z.ZodType;
  /**
   * Checks and answers a request. Rejects with an error for `problemOf`: for an invalid request an
   * `HttpProblem` with a pointer to each invalid field of the first invalid part.
   */
  answer(request: HostRequest, deps: RouteDeps): Promise<RouteAnswer>;
}

/** Makes a route, whose handler gets the types of the schemas. */
export function defineRoute<
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  Headers extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
>({
  handle,
  bodyRule,
  bodyIsOptional = false,
  ...route
}: RouteDefinition<Params, Query, Headers, Body>): Route {
  const name = `${route.method} ${route.path.replaceAll(/:(\w+)/g, '{$1}')}`;
  const checked = checkerOf(name);
  return {
    ...route,
    answer: async (request, deps) => {
      const { url, context } = request;
      const params = checked(route.params, request.params);
      logPath(context, params);
      const body = checked(route.body, bodyIsOptional ? bodyOrEmpty(request) : request.body, bodyRule);
      const query = checked(route.query, request.query);
      if (route.query === undefined) checked(NO_PARAMETERS, request.query);
      const headers = checked(route.headers, request.headers);
      try {
        return await handle({ params, query, headers, body, url, context }, deps);
      } catch (error) {
        throw inRequestWords(error, name);
      }
    },
  };
}

/** If a route ignored a parameter, it would look like a filter that matches everything. */
const NO_PARAMETERS = z.strictObject({});

function bodyOrEmpty({ body, headers }: HostRequest): unknown {
  if (body !== undefined) return body;
  refuseCrossOrigin(headers);
  return {};
}

/** The name and the policy of the sender and whether it still waits, for the engine. */
export function commandOptions({ principal, signal }: RequestContext): CommandOptions {
  if (principal === undefined) return { signal };
  const { id, policy } = principal;
  return policy === undefined ? { by: id, signal } : { by: id, policy, signal };
}

/**
 * Reads the value of one part of a request. A missing body counts as `null`, so that the fault names its
 * kind.
 */
function checkerOf(name: string) {
  return <S extends z.ZodType>(schema: S | undefined, input: unknown, rule?: Rule): z.output<S> => {
    // Without a schema, the handler's type has undefined here.
    if (schema === undefined) return undefined as z.output<S>;
    const result = checkInput(schema, input === undefined ? null : input);
    if (result.ok) return result.value;
    const { faults } = result;
    throw invalidRequest(name, rule === undefined ? faults : withFaultsOf(rule, input, faults));
  };
}

/** Adds the job and the run in the path to the log lines of the request. */
function logPath(context: RequestContext, params: unknown): void {
  if (typeof params !== 'object' || params === null) return;
  if ('job_id' in params && typeof params.job_id === 'string') context.logWith({ jobId: params.job_id });
  if ('run_id' in params && typeof params.run_id === 'string') context.logWith({ runId: params.run_id });
}
