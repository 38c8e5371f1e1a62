import type { FastifyInstance } from 'fastify';
import { badRequest } from '../../rest/problem.ts';

/**
 * Drops a request whose client has disconnected while it waited, such as for a locked table. Otherwise
 * abandoned requests are served before those of clients that still wait.
 */
export function dropGoneClients(app: FastifyInstance): void {
  app.addHook('preHandler', (request, _reply, done) => {
    if (request.raw.socket.destroyed) done(badRequest('The connection broke before the request began.'));
    else done();
  });
}
