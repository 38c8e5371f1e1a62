import { createServer, type IncomingMessage } from 'node:http';
import { createNodeHandler } from '../../../src/node/index.ts';
import { silentLogger } from '../../silent-logger.ts';
import { type AskedRequest, answerOf, type MakeMount } from '../rest-server.ts';
import { listening } from './listening.ts';

/** The handler in a server of `node:http`, over real connections. */
export const nodeMount: MakeMount = async (engine, { authorize = false, events = {}, ...options } = {}) => {
  const { isStillAllowed = async () => true, ...limits } = events;
  const handle = createNodeHandler({
    prefix: '/api',
    engine,
    logger: silentLogger,
    authorize: authorize && ((request, need) => authorize(asked(request), need)),
    events: { ...limits, isStillAllowed: (request) => isStillAllowed(asked(request)) },
    ...options,
  });
  const { origin, close } = await listening(createServer((request, response) => handle(request, response)));
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
      handle.close();
      await close();
    },
  };
};

function asked({ method = 'GET', headers }: IncomingMessage): AskedRequest {
  return { method, header: (name) => headers[name]?.toString() };
}
