import type { FastifyInstance } from 'fastify';
import { badRequest } from '../../rest/problem.ts';

/**
 * Refuses a request with more than one Host header (RFC 9112, 3.2). Node uses the first one, but a proxy may
 * have used another one to allow the request.
 */
export function refuseTwoHosts(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { rawHeaders } = request.raw;
    let hosts = 0;
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const name = rawHeaders[at] ?? '';
      if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
    }
    if (hosts <= 1) return done();
    done(badRequest(`The request has ${hosts} Host headers. Send one, such as Host: shop.example.com.`));
  });
}
