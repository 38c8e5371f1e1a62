import { createServer } from 'node:http';
import Koa from 'koa';
import { createKoaMiddleware } from '../../../src/node/index.ts';
import { silentLogger } from '../../silent-logger.ts';
import { type AskedRequest, answerOf, type MakeMount } from '../rest-server.ts';
import { listening } from './listening.ts';

/** The middleware in a bare Koa app, over real connections. */
export const koaMount: MakeMount = async (engine, { authorize = false, events = {}, ...options } = {}) => {
  const { isStillAllowed = async () => true, ...limits } = events;
  const middleware = createKoaMiddleware<Koa.Context>({
    prefix: '/api',
    engine,
    logger: silentLogger,
    authorize: authorize && ((context, need) => authorize(asked(context), need)),
    events: { ...limits, isStillAllowed: (context) => isStillAllowed(asked(context)) },
    ...options,
  });
  const app = new Koa();
  app.use(middleware);
  const { origin, close } = await listening(createServer(app.callback()));
  return {
    send: async ({ method, url, headers, payload }) =>
      answerOf(
        await fetch(`${origin}${url}`, {
          method,
          headers,
          ...(payload === undefined ? {} : { body: payload }),
        }),
      ),
    open: (url, init) => fetch(`${origin}${url}`, init),
    close: async () => {
      middleware.close();
      await close();
    },
  };
};

function asked({ method, headers }: Koa.Context): AskedRequest {
  return { method, header: (name) => headers[name]?.toString() };
}
