import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';

/** Handles a request; `inject` calls it without a connection. */
type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface ConnectionLimits {
  /** Open connections at most; one more is closed at once. */
  readonly maxConnections: number;
  /** In whole, from its first byte. */
  readonly requestTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  /** How long nothing may move on a connection before its answer is whole: neither a byte of a request nor of an answer. */
  readonly stallTimeoutMs: number;
}

const CHECK_TIMEOUTS_MS = 5_000;
/** Requests that a connection may have waiting behind the one that is being answered. */
const MOST_WAITING = 32;

/**
 * A server that clients can't fill up. It answers the requests of a connection one after the other: the next begins once
 * the client has taken the answer before it. A connection with more than 32 requests waiting is closed, as is one on
 * which nothing moves for too long.
 */
export function createBoundedServer(handle: Handler, limits: ConnectionLimits): Server {
  const options: ServerOptions = {
    requestTimeout: limits.requestTimeoutMs,
    headersTimeout: limits.headersTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: CHECK_TIMEOUTS_MS,
  };
  const server = createServer(options, inTurn(handle));
  server.maxConnections = limits.maxConnections;
  server.setTimeout(limits.stallTimeoutMs);
  return server;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Node would begin every request of a connection at once, and keep the answers until the client reads them. */
function inTurn(handle: Handler): Handler {
  /** What waits on the connections on which a request is being answered. */
  const waitingOn = new WeakMap<Socket, Exchange[]>();
  const begin = (socket: Socket, { request, response }: Exchange) => {
    // After the last byte of the answer was handed over to the system, or the connection has broken.
    response.once('close', () => beginNext(socket));
    handle(request, response);
  };
  const beginNext = (socket: Socket) => {
    const next = waitingOn.get(socket)?.shift();
    // Requests of a client that has gone are dropped.
    if (next === undefined || !socket.writable) waitingOn.delete(socket);
    else begin(socket, next);
  };
  return (request, response) => {
    const { socket } = request;
    const waiting = waitingOn.get(socket);
    if (waiting === undefined) {
      waitingOn.set(socket, []);
      begin(socket, { request, response });
    } else if (waiting.length < MOST_WAITING) waiting.push({ request, response });
    else cut(socket);
  };
}

/** What a parser is told of a message after which something else than HTTP follows: it parses no further. */
const NO_MORE = 2;

/**
 * Closes a connection, and drops what it has sent already. A piece of 64 KiB may hold a thousand requests more, and Node
 * has no public way to stop in the middle: each would be made, and then aborted with an error and its stack.
 */
function cut(socket: Socket): void {
  const parser: unknown = Reflect.get(socket, 'parser');
  if (typeof parser === 'object' && parser !== null) Reflect.set(parser, 'onIncoming', () => NO_MORE);
  socket.destroy();
}
