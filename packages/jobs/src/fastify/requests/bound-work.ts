import type { FastifyInstance } from 'fastify';
import { HttpProblem } from './http-problem.ts';

const RETRY_SECONDS = 2;

/**
 * Limits how many handlers of `app` run at once; a further request gets a 503. No handler starts for a client
 * that has disconnected: abandoned requests would pile up in memory while the database is locked. Call it
 * before the routes are added. Routes with `isUnbounded` in their config are not counted.
 */
export function boundWork(app: FastifyInstance, most: number): void {
  let underWay = 0;
  app.addHook('onRoute', (route) => {
    if (route.config?.isUnbounded === true) return;
    const { handler } = route;
    route.handler = async function bounded(request, reply) {
      if (request.raw.socket.destroyed)
        throw new HttpProblem({
          status: 400,
          detail: 'The client closed the connection before the request started.',
        });
      if (underWay >= most) {
        const detail = `The server is already processing ${most} requests to the jobs API, its limit. Retry after the time in Retry-After.`;
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
    /** The handler may run for a long time and has a limit of its own. */
    readonly isUnbounded?: boolean;
  }
}
