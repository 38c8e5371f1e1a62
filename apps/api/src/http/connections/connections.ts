import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { problemJson } from '@greenvue/jobs/http';
import { isLoopback, networkOf } from '../../rest/client-address.ts';
import { type Handler, type LoadLimits, shedLoad } from './load-shedding.ts';

export interface ConnectionLimits extends Pick<LoadLimits, 'maxInProgress' | 'maxWaitMs'> {
  /** Limit of open connections; a further one is closed at once. */
  readonly maxConnections: number;
  /** Limit for one network (see `networkOf`). Does not apply to loopback addresses. */
  readonly maxPerNetwork: number;
  /** Timeout of a complete request, from its first byte. */
  readonly requestTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  /**
   * Timeout without any byte of a request or a response while a response is incomplete.
   */
  readonly stallTimeoutMs: number;
}

/**
 * Why the server closed a new connection: its limit in total, or for that network, was reached. Or why it
 * refused a request: it was overloaded.
 */
export type DropReason = 'server' | 'network' | 'overload';

/** Counts new connections that the server closed at once, and requests that it refused. */
export interface DropCount {
  add(reason: DropReason, address: string): void;
  /** To be called when the server has closed. */
  close(): void;
}

const CHECK_TIMEOUTS_MS = 5_000;
/** Limit of waiting requests on a connection, behind the one in progress. */
const MOST_WAITING = 32;

/**
 * The limit for one network: a quarter of all connections, but at least 100, because an office may share one
 * address.
 */
export function mostPerNetwork(maxConnections: number): number {
  return Math.max(100, Math.floor(maxConnections / 4));
}

/**
 * An HTTP server with limits against floods. It processes the requests of a connection one after the other:
 * the next starts when the client has received the previous response. It closes a connection with more than
 * 32 waiting requests, and one without traffic for `stallTimeoutMs`. {@link shedLoad} limits the requests of
 * all connections together.
 */
export function createBoundedServer(handle: Handler, limits: ConnectionLimits, drops: DropCount): Server {
  const options: ServerOptions = {
    requestTimeout: limits.requestTimeoutMs,
    headersTimeout: limits.headersTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: CHECK_TIMEOUTS_MS,
  };
  const server = createServer(options);
  const onShed = (address: string) => drops.add('overload', address);
  const isClosing = () => !server.listening;
  server.on('request', inTurn(shedLoad(handle, { ...limits, onShed, isClosing })));
  server.maxConnections = limits.maxConnections;
  server.setTimeout(limits.stallTimeoutMs);
  server.on('drop', (dropped) => drops.add('server', dropped?.remoteAddress ?? ''));
  server.on('close', () => drops.close());
  boundNetworks(server, limits.maxPerNetwork, drops);
  return server;
}

/** Limits the connections of one network: otherwise one client could use all of them. */
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
 * Processes the requests of a connection one after the other. Node would start all of them at once and keep
 * the responses in memory until the client reads them.
 */
function inTurn(handle: Handler): Handler {
  /** The waiting requests of each connection with a request in progress. */
  const waitingOn = new WeakMap<Socket, Exchange[]>();
  const start = (socket: Socket, { request, response }: Exchange) => {
    // `close`: the operating system has the last byte of the response, or the connection is broken.
    response.once('close', () => startNext(socket));
    handle(request, response);
  };
  const startNext = (socket: Socket) => {
    const next = waitingOn.get(socket)?.shift();
    // Requests of a disconnected client are dropped.
    if (next === undefined || !socket.writable) waitingOn.delete(socket);
    else start(socket, next);
  };
  return (request, response) => {
    const { socket } = request;
    const waiting = waitingOn.get(socket);
    if (waiting === undefined) {
      waitingOn.set(socket, []);
      start(socket, { request, response });
    } else if (waiting.length < MOST_WAITING) waiting.push({ request, response });
    else cut(socket);
  };
}

/** Tells the parser that no further HTTP message follows: it stops. */
const NO_MORE = 2;

/**
 * Closes a connection and drops the requests that it has already sent. A chunk of 64 KiB may contain a
 * thousand requests, and Node has no public way to stop its parser: it would create and abort each of them.
 */
function cut(socket: Socket): void {
  const parser: unknown = Reflect.get(socket, 'parser');
  if (typeof parser === 'object' && parser !== null) Reflect.set(parser, 'onIncoming', () => NO_MORE);
  socket.destroy();
}

interface Unreadable {
  readonly status: number;
  readonly detail: string;
}

const UNREADABLE: Readonly<Record<string, Unreadable>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    detail: 'The headers of the request are too large. Send at most 16 KiB.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, detail: 'The request did not arrive in time. Send it again.' },
};
const NOT_HTTP: Unreadable = { status: 400, detail: 'The request is not valid HTTP.' };

/**
 * Responds to bytes that are not HTTP, for which Fastify has no request and no reply, and closes the
 * connection.
 */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = problemJson(UNREADABLE[error.code ?? ''] ?? NOT_HTTP, 'unreadable');
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // A silent client does not close its side and would keep the connection open.
  socket.destroySoon();
}
