import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { isLoopback, networkOf } from '../../rest/client-address.ts';

/** Handles a request; `inject` calls it without a connection. */
type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface ConnectionLimits {
  /** Open connections at most; one more is closed at once. */
  readonly maxConnections: number;
  /** The most of these from one network (see `networkOf`). Loopback has no such limit. */
  readonly maxPerNetwork: number;
  /** From the first byte of a request to its last. */
  readonly requestTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  /**
   * The longest silence on a connection before its answer is complete: no byte of a request or an answer
   * moves.
   */
  readonly stallTimeoutMs: number;
}

/** Why the server closed a new connection: as many as it allows in all, or from that network, were open. */
export type DropReason = 'server' | 'network';

/** Hears of each new connection that the server closed at once. */
export interface DropCount {
  add(reason: DropReason, address: string): void;
  /** The server has closed. */
  close(): void;
}

const CHECK_TIMEOUTS_MS = 5_000;
/** Requests that a connection may have waiting behind the one that is being answered. */
const MOST_WAITING = 32;

/**
 * A quarter of all connections, so that others have room; at least 100, as an office may share one address.
 */
export function mostPerNetwork(maxConnections: number): number {
  return Math.max(100, Math.floor(maxConnections / 4));
}

/**
 * A server that clients can't fill up. It answers the requests of a connection one after the other: the next
 * begins once the client has taken the answer before it. A connection with more than 32 requests waiting is
 * closed, as is one on which nothing moves for too long.
 */
export function createBoundedServer(handle: Handler, limits: ConnectionLimits, drops: DropCount): Server {
  const options: ServerOptions = {
    requestTimeout: limits.requestTimeoutMs,
    headersTimeout: limits.headersTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: CHECK_TIMEOUTS_MS,
  };
  const server = createServer(options, inTurn(handle));
  server.maxConnections = limits.maxConnections;
  server.setTimeout(limits.stallTimeoutMs);
  server.on('drop', (dropped) => drops.add('server', dropped?.remoteAddress ?? ''));
  server.on('close', () => drops.close());
  boundNetworks(server, limits.maxPerNetwork, drops);
  return server;
}

/** Else one client could hold every connection that the server allows. */
function boundNetworks(server: Server, most: number, drops: DropCount): void {
  const openOf = new Map<string, number>();
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? '';
    if (isLoopback(address)) return;
    const network = networkOf(address);
    const open = openOf.get(network) ?? 0;
    if (open >= most) {
      drops.add('network', address);
      socket.destroy();
      return;
    }
    openOf.set(network, open + 1);
    socket.once('close', () => {
      const left = (openOf.get(network) ?? 1) - 1;
      if (left === 0) openOf.delete(network);
      else openOf.set(network, left);
    });
  });
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Node would begin every request of a connection at once, and keep the answers until the client reads them.
 */
function inTurn(handle: Handler): Handler {
  /** The waiting requests of each connection with a request under way. */
  const waitingOn = new WeakMap<Socket, Exchange[]>();
  const begin = (socket: Socket, { request, response }: Exchange) => {
    // After the last byte of the answer was handed over to the system, or the connection has broken.
    response.once('close', () => beginNext(socket));
    handle(request, response);
  };
  const beginNext = (socket: Socket) => {
    const next = waitingOn.get(socket)?.shift();
    // Requests of a disconnected client are dropped.
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

/** Returned to Node's parser: bytes other than HTTP follow, so it stops parsing. */
const NO_MORE = 2;

/**
 * Closes a connection, and drops the bytes already received: 64 KiB may hold a thousand requests. Node has no
 * public way to stop there. It would begin each request, then abort it with an error and its stack.
 */
function cut(socket: Socket): void {
  const parser: unknown = Reflect.get(socket, 'parser');
  if (typeof parser === 'object' && parser !== null) Reflect.set(parser, 'onIncoming', () => NO_MORE);
  socket.destroy();
}

const UNREADABLE: Readonly<Record<string, readonly [number, string, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'The headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'The request took too long to arrive.'],
};

/**
 * Answers bytes that are not HTTP, for which there is no request and so no reply, and closes the connection.
 */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const known = UNREADABLE[error.code ?? ''];
  const [status, title, detail] = known ?? [400, 'Bad Request', 'The request is not valid HTTP.'];
  const body = JSON.stringify({ type: 'about:blank', title, status, detail, instance: 'unreadable' });
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // A silent client does not close its side either, and would hold the connection.
  socket.destroySoon();
}
