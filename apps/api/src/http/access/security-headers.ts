import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import cors from '@fastify/cors';
import type { FastifyInstance, FastifyReply } from 'fastify';
import helmet from 'helmet';

const YEAR_SECONDS = 31_536_000;

const setHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      imgSrc: ["'self'", 'data:'],
      objectSrc: ["'none'"],
      // No upgrade-insecure-requests: over plain HTTP, on any host but localhost, it would break every page.
    },
  },
  // Set below, only for HTTPS.
  strictTransportSecurity: false,
});

/** The headers of helmet, which are the same for each response. */
const HEADERS = ((): OutgoingHttpHeaders => {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  setHeaders(request, response, () => undefined);
  return response.getHeaders();
})();

/** Sets the headers that every response has. Also for responses that run no hooks. */
export function secure(reply: FastifyReply): void {
  reply.headers(HEADERS);
}

/**
 * Adds security headers to every response, and CORS for the allowed origins.
 */
export function setSecurityHeaders(app: FastifyInstance, corsOrigins: readonly string[]): void {
  app.addHook('onRequest', (_request, reply, done) => {
    secure(reply);
    done();
  });
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (request.protocol === 'https') reply.header('strict-transport-security', `max-age=${YEAR_SECONDS}`);
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
  if (corsOrigins.length === 0) return;
  app.register(cors, {
    origin: [...corsOrigins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: [
      'ETag',
      'Location',
      'Retry-After',
      'X-Request-Id',
      'Idempotent-Replay',
      'WWW-Authenticate',
    ],
    // A plain OPTIONS request is not an error.
    strictPreflight: false,
    maxAge: 600,
  });
}
