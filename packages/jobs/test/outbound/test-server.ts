import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { AfterTest } from '../process/killed-child.ts';
import { CERTIFICATE, KEY } from './certificate.ts';

/** A server on 127.0.0.1 until the end of the test. Returns its port. */
export async function serve(answer: RequestListener, afterTest: AfterTest = onTestFinished): Promise<number> {
  const server = createHttpServer({ keepAliveTimeout: 60_000 }, answer);
  afterTest(() => server.closeAllConnections());
  return listen(server, afterTest);
}

export function serveTls(answer: RequestListener): Promise<number> {
  const server = createHttpsServer({ cert: CERTIFICATE, key: KEY }, answer);
  onTestFinished(() => server.closeAllConnections());
  return listen(server);
}

/** A server that speaks in bytes of its own. `talk` is called with each connection. */
export async function serveBytes(talk: (socket: Socket) => void): Promise<number> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    talk(socket);
  });
  return listen(server);
}

async function listen(server: Server, afterTest: AfterTest = onTestFinished): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  afterTest(() => void server.close());
  return (server.address() as AddressInfo).port;
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
