import type { FastifyInstance } from 'fastify';
import { badRequest } from '../../rest/problem.ts';

/**
 * Starts no handler for a client that disconnected while its request waited, for example for the lookup of
 * its token in a locked table. Otherwise abandoned requests would delay the retries of the same clients.
 */
export function dropGoneClients(app: FastifyInstance): void {
  app.addHook('preHandler', (request, _reply, done) => {
    if (request.raw.socket.destroyed)
      done(badRequest('The client closed the connection before the request started.'));
    else done();
  });
}
