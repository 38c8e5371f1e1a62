import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AbortFlag } from '../core/model/errors.ts';
import { chooseEncoding, compressBody } from '../http/bodies/compress-body.ts';
import { type Authorize, type JobsPrincipal, mayDo, principalOf } from '../http/requests/authorize.ts';
import { NOT_STORED } from '../http/requests/http-problem.ts';
import type { JobsApi } from '../http/routes/jobs-api.ts';
import type { RequestContext, Route, RouteAnswer } from '../http/routing/route.ts';
import { logWith } from './log-with.ts';
import { parsedBodyStream } from './parsed-body.ts';

/** As in OpenAPI: names of security schemes in the host's document, with their scopes. */
export type SecurityRequirement = Record<string, string[]>;

export interface RouteOptions {
  readonly route: Route;
  readonly api: JobsApi;
  readonly authorize: Authorize<FastifyRequest> | false;
  readonly isStillAllowed: ((request: FastifyRequest) => Promise<boolean>) | undefined;
  readonly security: readonly SecurityRequirement[] | undefined;
}

/** Adds a route to a Fastify instance, below the prefix of the instance. */
export function registerRoute(instance: FastifyInstance, options: RouteOptions): void {
  const { route, api, authorize } = options;
  const principals = new WeakMap<FastifyRequest, JobsPrincipal>();
  instance.route({
    method: route.method,
    url: route.path,
    ...(route.isStream === true ? { exposeHeadRoute: false } : {}),
    schema: schemaOf(route, options.security),
    // Before the body is read, and after all onRequest hooks: the host has authenticated the request, and its
    // rate limit counts refused requests.
    preParsing: async (request, _reply, payload) => {
      const principal = await principalOf(authorize, request, route.need);
      if (principal !== undefined) principals.set(request, principal);
      return parsedBodyStream(request.raw) ?? payload;
    },
    handler: async (request, reply) => {
      const { params, query, headers, body, url } = request;
      const context = contextOf(request, reply, { ...options, principal: principals.get(request) });
      const answer = await api.answer(route, { params, query, headers, body, url, context });
      return send(reply, answer, instance.prefix);
    },
  });
}

/** What `@fastify/swagger` needs to describe the route. */
function schemaOf(route: Route, security: RouteOptions['security']) {
  const { doc, consumes, params, query, headers, body, responses } = route;
  return {
    ...doc,
    tags: ['jobs'],
    ...(security === undefined ? {} : { security: [...security] }),
    ...(consumes === undefined ? {} : { consumes: [...consumes] }),
    ...(params === undefined ? {} : { params }),
    ...(query === undefined ? {} : { querystring: query }),
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body }),
    response: responses,
  };
}

function contextOf(
  request: FastifyRequest,
  reply: FastifyReply,
  from: Pick<RouteOptions, 'authorize' | 'isStillAllowed'> & {
    readonly principal: JobsPrincipal | undefined;
  },
): RequestContext {
  const { authorize, isStillAllowed, principal } = from;
  return {
    principal,
    signal: connectionOf(request),
    may: (need) => mayDo(authorize, request, need),
    mayStillRead: async () => isStillAllowed === undefined || isStillAllowed(request),
    logWith: (ids) => logWith(reply, ids),
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

function send(
  reply: FastifyReply,
  answer: RouteAnswer,
  prefix: string,
): FastifyReply | Promise<FastifyReply> {
  const { status, headers, location, body, events, download } = answer;
  reply.code(status);
  if (!reply.hasHeader('cache-control')) reply.headers(NOT_STORED);
  if (headers !== undefined) reply.headers(headers);
  if (location !== undefined) reply.header('location', `${prefix}${location}`);
  if (events !== undefined) return reply.type('text/event-stream').send(events);
  if (download !== undefined) return reply.type(download.type).send(download.content);
  if (body === undefined) return reply.send();
  const { encoding, varies } = chooseEncoding(body, reply.request.headers['accept-encoding']);
  if (varies) reply.header('vary', [reply.getHeader('vary') ?? [], 'accept-encoding'].flat().join(', '));
  // Not compressed, the host's preSerialization hooks get the body. Compressed, its own compression skips it.
  if (encoding === undefined) return reply.send(body);
  reply.type('application/json; charset=utf-8').header('content-encoding', encoding);
  return compressBody(body, encoding).then((bytes) => reply.send(bytes));
}
