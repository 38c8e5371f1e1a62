import type { ServerResponse } from 'node:http';
import { createHostHandler, type HostOptions } from './host-options.ts';
import { type NodeRequest, pathOf, requestFor } from './node-request.ts';
import { writeResponse } from './write-response.ts';

export type NodeHandlerOptions<Request extends NodeRequest = NodeRequest> = HostOptions<Request>;

/** Answers requests of `node:http`, Express or Connect. */
export interface NodeHandler<Request extends NodeRequest = NodeRequest> {
  /** Calls `next` for a path that is not of this API; without `next`, the response is a 404. */
  (request: Request, response: ServerResponse, next?: () => void): void;
  /** Ends the open event streams, which would keep a server from closing, and opens no more. */
  close(): void;
}

/**
 * The REST API of the engine as a handler for `node:http`, and as a middleware for Express and Connect:
 *
 *     app.use(createNodeHandler({ engine, authorize, prefix: '/admin/api' }));
 *
 * The prefix is the path as clients see it, wherever the middleware is mounted. The body of a request may
 * have been parsed already, such as by `express.json()`.
 */
export function createNodeHandler<Request extends NodeRequest = NodeRequest>(
  options: NodeHandlerOptions<Request>,
): NodeHandler<Request> {
  const fetchHandler = createHostHandler('createNodeHandler', options);
  const respond = async (request: Request, response: ServerResponse): Promise<void> => {
    const sent = { url: request.originalUrl ?? request.url, body: request.body };
    await writeResponse(await fetchHandler(requestFor(request, response, sent), request), response);
  };
  const handle = (request: Request, response: ServerResponse, next?: () => void): void => {
    const path = pathOf(request.originalUrl ?? request.url);
    if (next !== undefined && !fetchHandler.handles(path)) next();
    else respond(request, response).catch((error: Error) => response.destroy(error));
  };
  return Object.assign(handle, { close: () => fetchHandler.close() });
}
