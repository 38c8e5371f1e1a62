import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../rest/principal.ts';
import { unauthorized } from '../../rest/problem.ts';
import { problemOf } from '../problem-table.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True if the route reads the Authorization header itself. */
    readonly ownAuthentication?: boolean;
  }
  interface FastifyRequest {
    hasBadToken: boolean;
    /** Reads the principal again: for responses that run for a long time. */
    authenticateAgain(): Promise<Principal | undefined>;
  }
}

/**
 * Authenticates each request first. Responds with 401 to an invalid token, even on public routes, and to a
 * missing token unless the route's schema has `security: []`. The rate limit counts the request before the
 * 401, so that guessing tokens is limited, too.
 */
export function authenticateRequests(
  app: FastifyInstance,
  authenticate: (token: string) => Promise<Principal | undefined>,
): void {
  app.decorateRequest('principal', undefined);
  app.decorateRequest('hasBadToken', false);
  app.decorateRequest('authenticateAgain', function (this: FastifyRequest) {
    return principalOf(this.headers.authorization, authenticate);
  });
  app.addHook('onRequest', async (request) => {
    const header = request.headers.authorization;
    if (header === undefined || request.routeOptions.config.ownAuthentication) return;
    try {
      request.principal = await principalOf(header, authenticate);
    } catch (error) {
      // The error handler of a plugin may process it, which knows no database errors.
      request.log.error({ err: error }, 'could not authenticate a request');
      throw problemOf(error);
    }
    request.hasBadToken = request.principal === undefined;
  });
  // The rate limit is a hook of the route, and so comes between the app's own `onRequest` and `preParsing`.
  app.addHook('preParsing', async (request, reply) => {
    // Without a route, the request is not counted yet.
    if (!request.is404) refuseBadToken(request, reply);
    // Before the body is read: a stranger causes no work and learns nothing about valid bodies.
    if (request.principal === undefined && needsToken(request)) throw unauthorized();
  });
}

/** Throws a 401 for an invalid token. Call it after the rate limit has counted the request. */
export function refuseBadToken(request: FastifyRequest, reply: FastifyReply): void {
  if (!request.hasBadToken) return;
  reply.header('www-authenticate', 'Bearer error="invalid_token"');
  throw unauthorized('The token is not valid, or no longer. Sign in again, or create a new API token.');
}

/**
 * Whether a route requires a token: all documented routes without `security: []`. Undocumented routes decide
 * themselves.
 */
function needsToken({ routeOptions }: FastifyRequest): boolean {
  const { schema, config } = routeOptions;
  if (schema === undefined || schema.hide === true || config.ownAuthentication) return false;
  return schema.security?.length !== 0;
}

async function principalOf(
  header: string | undefined,
  authenticate: (token: string) => Promise<Principal | undefined>,
): Promise<Principal | undefined> {
  const token = header === undefined ? undefined : bearerToken(header);
  return token === undefined ? undefined : authenticate(token);
}

const LONGEST_TOKEN = 2_000;

function bearerToken(header: string): string | undefined {
  const [, token] = /^Bearer +([A-Za-z0-9._~+/=-]+) *$/i.exec(header) ?? [];
  return token !== undefined && token.length <= LONGEST_TOKEN ? token : undefined;
}

/** The key under which the rate limit counts a request. */
export function rateLimitKey(request: FastifyRequest, normalizedAddress: string): string {
  return request.principal === undefined
    ? `address ${normalizedAddress}`
    : `${request.principal.kind} ${request.principal.id}`;
}
