import type { FastifyInstance } from 'fastify';
import { HttpProblem } from './http-problem.ts';

const RETRY_SECONDS = 2;

/**
 * Limits how many handlers of `app` run at once; one more request gets a 503, and one of a disconnected
 * client is dropped. Otherwise abandoned requests pile up while the database is locked. Call it before adding
 * routes; routes with `isUnbounded` don't count.
 */
export function boundWork(app: FastifyInstance, most: number): void {
  let underWay = 0;
  app.addHook('onRoute', (route) => {
    if (route.config?.isUnbounded === true) return;
    const { handler } = route;
    route.handler = async function bounded(request, reply) {
      if (request.raw.socket.destroyed)
        throw new HttpProblem({ status: 400, detail: 'The connection broke before the request began.' });
      if (underWay >= most) {
        const detail = `The server is already working on ${most} requests to the jobs API, its limit. Try again after Retry-After.`;
        throw new HttpProblem({ status: 503, detail, retryAfterSeconds: RETRY_SECONDS });
      }
      underWay += 1;
      try {
        return await handler.call(this, request, reply);
      } finally {
        underWay -= 1;
      }
    };
  });
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its handler may run for long, and has its own limit. */
    readonly isUnbounded?: boolean;
  }
}
