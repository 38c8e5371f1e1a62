import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** What Node publishes when a request arrives at any server of this process. */
interface RequestStart {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly server: HttpServer;
}

const REQUEST_START = 'http.server.request.start';

/**
 * Makes `close()` of a Fastify server end its connections as soon as all open requests have their responses.
 * Otherwise it waits for clients that keep their connections: 72 s, or without end if they never send a
 * request.
 */
export function closeAfterResponses(instance: FastifyInstance): void {
  const { server } = instance;
  const servers = new Set<HttpServer>([server]);
  const open = new Map<ServerResponse, HttpServer>();
  let isClosing = false;
  const endConnections = () => {
    if (isClosing && open.size === 0) for (const each of servers) closeAllConnections(each);
  };
  const add = (response: ServerResponse, at: HttpServer) => {
    if (open.has(response)) return;
    servers.add(at);
    open.set(response, at);
    response.once('close', () => {
      open.delete(response);
      endConnections();
    });
  };
  server.on('request', (_request: IncomingMessage, response: ServerResponse) => add(response, server));
  // For the host `localhost`, Fastify opens a second server, which plugins cannot reach.
  const addOfSamePort = (message: unknown) => {
    const { request, response, server: at } = message as RequestStart;
    const address = server.address();
    if (typeof address === 'object' && address?.port === request.socket.localPort) add(response, at);
  };
  subscribe(REQUEST_START, addOfSamePort);
  instance.addHook('onClose', async () => {
    unsubscribe(REQUEST_START, addOfSamePort);
  });
  instance.addHook('preClose', async () => {
    isClosing = true;
    const unanswered = Array.from(open).filter(([response]) => !response.headersSent);
    for (const [response] of unanswered) response.setHeader('connection', 'close');
    endConnections();
    // Fastify itself waits only for the first server.
    await Promise.all(unanswered.map(([response, at]) => at === server || once(response, 'close')));
  });
}

/** A server of HTTP/2 has no such method; Fastify closes its sessions. */
function closeAllConnections(server: HttpServer): void {
  if (typeof server.closeAllConnections === 'function') server.closeAllConnections();
}
