import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { createFetchHandler } from '../../../src/fetch/index.ts';
import { silentLogger } from '../../silent-logger.ts';
import { type AskedRequest, answerOf, type MakeMount } from '../rest-server.ts';

const ORIGIN = 'https://jobs.example';

/** The fetch handler, called without a server. */
export const fetchMount: MakeMount = async (engine, { authorize = false, events = {}, ...options } = {}) => {
  const { isStillAllowed = async () => true, ...limits } = events;
  const handle = createFetchHandler({
    prefix: '/api',
    engine,
    logger: silentLogger,
    authorize: authorize && ((request, need) => authorize(asked(request), need)),
    events: { ...limits, isStillAllowed: (request) => isStillAllowed(asked(request)) },
    ...options,
  });
  const ask = async (url: string, init: RequestInit) =>
    decoded(await handle(new Request(`${ORIGIN}${url}`, init)));
  return {
    send: async ({ method, url, headers, payload }) =>
      answerOf(await ask(url, { method, headers, ...(payload === undefined ? {} : { body: payload }) })),
    open: ask,
    close: async () => handle.close(),
  };
};

function asked({ method, headers }: Request): AskedRequest {
  return { method, header: (name) => headers.get(name) ?? undefined };
}

/** Undoes the compression, as clients do. */
async function decoded(response: Response): Promise<Response> {
  const encoding = response.headers.get('content-encoding');
  if (encoding === null) return response;
  const bytes = Buffer.from(await response.arrayBuffer());
  return new Response(encoding === 'br' ? brotliDecompressSync(bytes) : gunzipSync(bytes), response);
}
