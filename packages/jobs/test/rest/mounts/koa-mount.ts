import Koa from 'koa';
import { createKoaMiddleware } from '../../../src/node/index.ts';
import { silentLogger } from '../../silent-logger.ts';
import type { AskedRequest, MakeMount } from '../rest-server.ts';
import { overHttp } from './listening.ts';

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
  return overHttp(app.callback(), middleware);
};

function asked({ method, headers }: Koa.Context): AskedRequest {
  return { method, header: (name) => headers[name]?.toString() };
}
