import type { FastifyInstance } from 'fastify';
import { badRequest } from '../../rest/problem.ts';

/**
 * Refuses a request with several Host headers (RFC 9112, 3.2). Node takes the first one; a proxy in front may
 * have checked another.
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
