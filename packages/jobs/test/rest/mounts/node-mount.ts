import type { IncomingMessage } from 'node:http';
import { createNodeHandler } from '../../../src/node/index.ts';
import { silentLogger } from '../../silent-logger.ts';
import type { AskedRequest, MakeMount } from '../rest-server.ts';
import { overHttp } from './listening.ts';

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
  return overHttp((request, response) => handle(request, response), handle);
};

function asked({ method = 'GET', headers }: IncomingMessage): AskedRequest {
  return { method, header: (name) => headers[name]?.toString() };
}
