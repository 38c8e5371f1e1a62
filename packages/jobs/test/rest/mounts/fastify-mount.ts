import { type FastifyInstance, type FastifyRequest, fastify, type HTTPMethods } from 'fastify';
import { jobsPlugin } from '../../../src/fastify/index.ts';
import type { AskedRequest, MakeMount, Mount } from '../rest-server.ts';

/** The plugin in a bare Fastify app. */
export const fastifyMount: MakeMount = async (
  engine,
  { authorize = false, events = {}, ...options } = {},
) => {
  const app = fastify({
    routerOptions: { maxParamLength: 128 },
    forceCloseConnections: true,
    logger: { level: 'silent' },
  });
  const { isStillAllowed = async () => true, ...limits } = events;
  await app.register(jobsPlugin, {
    prefix: '/api',
    engine,
    authorize: authorize && ((request, need) => authorize(asked(request), need)),
    events: { ...limits, isStillAllowed: (request) => isStillAllowed(asked(request)) },
    ...options,
  });
  let origin: Promise<string> | undefined;
  return {
    send: sendTo(app),
    open: async (url, init) => {
      origin ??= app.listen({ port: 0, host: '127.0.0.1' });
      return fetch(`${await origin}${url}`, init);
    },
    close: () => app.close(),
  };
};

/** Sends requests to an app that does not listen. */
export function sendTo(app: FastifyInstance): Mount['send'] {
  return async ({ method, url, headers, payload }) => {
    const response = await app.inject({
      // Only the type is narrower.
      method: method as HTTPMethods,
      url,
      headers: { ...headers },
      ...(payload === undefined ? {} : { payload }),
    });
    const { statusCode, body } = response;
    const entries = Object.entries(response.headers).map(([name, value]) => [name, value?.toString()]);
    return { statusCode, body, headers: Object.fromEntries(entries), json: () => response.json() };
  };
}

function asked({ method, headers }: FastifyRequest): AskedRequest {
  return { method, header: (name) => headers[name]?.toString() };
}
