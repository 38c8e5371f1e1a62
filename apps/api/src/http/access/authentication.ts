import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../rest/principal.ts';
import { unauthorized } from '../../rest/problem.ts';
import { problemOf } from '../problem-table.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route reads the Authorization header in its own way. */
    readonly ownAuthentication?: boolean;
  }
  interface FastifyRequest {
    hasBadToken: boolean;
    /** Whom the token stands for by now: for what goes on long after the request was let in. */
    authenticateAgain(): Promise<Principal | undefined>;
  }
}

/**
 * Finds out who sends each request, before anything else happens to it. A bad token is a 401, even where none
 * is needed, but only after the rate limit has counted the request: guessing tokens costs as much as anything
 * else. So is none, where the route's schema does not say `security: []`.
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
      // A plugin's own error handler may take it from here, and knows problems but no database errors.
      request.log.error({ err: error }, 'could not authenticate');
      throw problemOf(error);
    }
    request.hasBadToken = request.principal === undefined;
  });
  // The rate limit is a hook of the route, and so comes between the app's own `onRequest` and `preParsing`.
  app.addHook('preParsing', async (request, reply) => {
    // Where there is no route, it is not counted yet.
    if (!request.is404) refuseBadToken(request, reply);
    // Before the body is read: a stranger gets no work done, and learns nothing of what would be valid.
    if (request.principal === undefined && needsToken(request)) throw unauthorized();
  });
}

/** To be called once the request was counted. */
export function refuseBadToken(request: FastifyRequest, reply: FastifyReply): void {
  if (!request.hasBadToken) return;
  reply.header('www-authenticate', 'Bearer error="invalid_token"');
  throw unauthorized('The token is not valid, or not any more.');
}

/**
 * As the document says: a route that does not say `security: []` needs a token. What is not documented
 * decides itself.
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

/** What the rate limit counts a request under. */
export function rateLimitKey(request: FastifyRequest, normalizedAddress: string): string {
  return request.principal === undefined
    ? `address ${normalizedAddress}`
    : `${request.principal.kind} ${request.principal.id}`;
}
