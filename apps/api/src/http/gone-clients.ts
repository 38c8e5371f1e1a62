import type { FastifyInstance } from 'fastify';
import { badRequest } from '../problem.ts';

/**
 * Begins nothing for a client that has gone while its request waited, such as for its token to be looked up
 * in a table that somebody has locked: clients that give up and come again would else be served what they no
 * longer want first.
 */
export function dropGoneClients(app: FastifyInstance): void {
  app.addHook('preHandler', (request, _reply, done) => {
    if (request.raw.socket.destroyed) done(badRequest('The connection broke before the request began.'));
    else done();
  });
}
