import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, Socket, type SocketConstructorOpts } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import {
  answerUnreadable,
  type ConnectionLimits,
  createBoundedServer,
  type DropReason,
  mostPerNetwork,
} from './connections.ts';

const LIMITS: ConnectionLimits = {
  maxConnections: 10,
  maxPerNetwork: 10,
  maxInProgress: 64,
  maxWaitMs: 1_000,
  requestTimeoutMs: 30_000,
  headersTimeoutMs: 20_000,
  keepAliveTimeoutMs: 4_000,
  stallTimeoutMs: 45_000,
};
/** More than the system keeps for a client that does not read. */
const LARGE = Buffer.alloc(32 * 1_048_576);

test('the requests of a connection are answered one after the other', async () => {
  const { begun, connection } = await serve();
  const client = await connection();
  client.write(requests('/a', '/b', '/c'));
  await expect.poll(() => paths(begun)).toEqual(['/a']);
  begun[0]?.response.end('first');
  await expect.poll(() => paths(begun)).toEqual(['/a', '/b']);
  begun[1]?.response.end('second');
  await expect.poll(() => paths(begun)).toEqual(['/a', '/b', '/c']);
  begun[2]?.response.end('third');
  let text = '';
  client.on('data', (chunk) => {
    text += chunk;
  });
  await expect.poll(() => text.match(/first|second|third/g)).toEqual(['first', 'second', 'third']);
});

test('no request begins while the client has not taken the answer before it', async () => {
  const { begun, connection } = await serve(({ response }) => response.end(LARGE));
  const client = await connection();
  client.pause();
  client.write(requests('/a', '/b'));
  const other = await connection();
  other.resume().write(requests('/other'));
  await expect.poll(() => paths(begun)).toEqual(['/a', '/other']);
  await expect.poll(() => begun[1]?.response.closed).toBe(true);
  expect(paths(begun)).toEqual(['/a', '/other']);
  client.resume();
  await expect.poll(() => paths(begun)).toEqual(['/a', '/other', '/b']);
});

test('a connection with more than 32 requests waiting is closed, and none of them begins', async () => {
  const { server, begun, connection } = await serve();
  let read = 0;
  server.on('request', () => {
    read += 1;
  });
  const patient = await connection();
  patient.write(requests(...Array<string>(33).fill('/patient')));
  for (const count of [34, 1_000]) {
    const hasty = await connection();
    const closed = once(hasty, 'close');
    hasty.write(requests(...Array<string>(count).fill('/hasty')));
    await closed;
  }
  expect(patient.closed).toBe(false);
  expect(paths(begun).toSorted()).toEqual(['/hasty', '/hasty', '/patient']);
  // Nothing behind the one too many.
  expect(read).toBe(33 + 34 + 34);
});

test('the waiting requests of a disconnected client are dropped', async () => {
  const { begun, connection } = await serve();
  const client = await connection();
  client.write(requests('/a', '/b'));
  await expect.poll(() => paths(begun)).toEqual(['/a']);
  client.destroy();
  await expect.poll(() => begun[0]?.response.closed).toBe(true);
  begun[0]?.response.end();
  const other = await connection();
  other.write(requests('/other'));
  await expect.poll(() => paths(begun)).toEqual(['/a', '/other']);
});

test('a connection on which nothing moves is closed, one that is read from is not', async () => {
  const answer = ({ response }: Exchange) => response.end(LARGE);
  // Far longer than a busy machine takes to read a request and an answer.
  const { begun, connection } = await serve(answer, { stallTimeoutMs: 2_000 });
  const stalled = await connection();
  stalled.pause();
  stalled.write(requests('/stalled'));
  await expect.poll(() => begun).toHaveLength(1);
  const reader = await connection();
  let bytes = 0;
  reader.on('data', (chunk) => {
    bytes += chunk.length;
  });
  reader.write(requests('/read'));
  await expect.poll(() => begun[0]?.response).toMatchObject({ closed: true, writableFinished: false });
  await expect.poll(() => bytes).toBeGreaterThan(LARGE.length);
});

test('a connection beyond the limit is closed at once, and counted until the server closes', async () => {
  const { server, connection, drops } = await serve(undefined, { maxConnections: 1 });
  await connection();
  const second = await connection();
  await once(second, 'close');
  expect(drops).toEqual([['server', '127.0.0.1']]);
  server.close().closeAllConnections();
  await once(server, 'close');
  expect(drops).toEqual([['server', '127.0.0.1'], 'closed']);
});

test('a request, its headers and a pause between requests may take as long as the limits say', async () => {
  const { server } = await serve();
  expect(server).toMatchObject({
    requestTimeout: LIMITS.requestTimeoutMs,
    headersTimeout: LIMITS.headersTimeoutMs,
    keepAliveTimeout: LIMITS.keepAliveTimeoutMs,
    // Else a limit would hold up to 30 s later.
    connectionsCheckingInterval: 5_000,
  });
});

test('a network has no more connections than its part, and gets new ones once it closes some', async () => {
  const { server, drops } = await serve(undefined, { maxPerNetwork: 2 });
  // Only a server on this machine can be connected to here, and this machine has no such limit.
  const connectionFrom = (address: string): Socket => {
    const socket = new Socket();
    Object.defineProperty(socket, 'remoteAddress', { value: address });
    server.emit('connection', socket);
    return socket;
  };
  const isOpen = (address: string) => !connectionFrom(address).destroyed;
  const first = connectionFrom('2001:db8::1');
  expect([isOpen('2001:db8::2'), isOpen('2001:db8::3'), isOpen('2001:db8:0:1::1')]).toEqual([
    true,
    false,
    true,
  ]);
  expect(drops).toEqual([['network', '2001:db8::3']]);
  first.destroy();
  await once(first, 'close');
  expect([isOpen('2001:db8::4'), isOpen('2001:db8::5')]).toEqual([true, false]);
  expect(['127.0.0.1', '127.0.0.1', '127.0.0.1', '::1', '::ffff:127.0.0.1'].map(isOpen)).not.toContain(false);
});

test('a network may have a quarter of all connections, and at least 100', () => {
  expect([10, 400, 768, 10_000].map(mostPerNetwork)).toEqual([100, 100, 192, 2_500]);
});

test('a client that sends nothing is answered 408 and its connection closed, though it never closes its side', async () => {
  const { server, connection } = await serve();
  // What Node tells after the timeout, which it looks at every few seconds.
  const timeout = Object.assign(new Error('timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
  server.once('connection', (socket) => answerUnreadable(timeout, socket));
  const silent = await connection({ allowHalfOpen: true });
  let text = '';
  silent.on('data', (chunk) => {
    text += chunk;
  });
  await once(silent, 'end');
  expect(text).toMatch(/^HTTP\/1\.1 408 /);
  const open = () =>
    new Promise((settle) => {
      server.getConnections((_error, count) => settle(count));
    });
  await expect.poll(open).toBe(0);
  expect(silent.writable).toBe(true);
});

test('beyond the limit of requests in progress, others wait in their order, and begin when one is over', async () => {
  const { begun, connection } = await serve(undefined, { maxInProgress: 2, maxWaitMs: 60_000 });
  for (const path of ['/a', '/b', '/c', '/d']) {
    (await connection()).write(requests(path));
    if (path < '/c') await expect.poll(() => paths(begun)).toContain(path);
  }
  const gone = await connection();
  gone.write(requests('/gone'));
  (await connection()).write(requests('/e'));
  await expect.poll(() => paths(begun)).toEqual(['/a', '/b']);
  // A probe does not wait.
  (await connection()).write(requests('/healthz'));
  await expect.poll(() => paths(begun)).toEqual(['/a', '/b', '/healthz']);
  gone.destroy();
  begun[0]?.response.end();
  await expect.poll(() => paths(begun)).toHaveLength(4);
  for (let over = 1; over < begun.length; over += 1) {
    begun[over]?.response.end();
    await expect.poll(() => begun[over]?.response.closed).toBe(true);
  }
  expect(paths(begun).slice(3).toSorted()).toEqual(['/c', '/d', '/e']);
});

test('a request that waited too long for its turn gets a 503 that says when to try again', async () => {
  const { begun, drops, connection } = await serve(undefined, { maxInProgress: 1, maxWaitMs: 500 });
  (await connection()).write(requests('/slow'));
  await expect.poll(() => paths(begun)).toEqual(['/slow']);
  const { last, answer } = await waitBehind(connection);
  await expect.poll(answer).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: 1\r\n[\s\S]*overloaded/);
  expect(paths(begun)).not.toContain('/last');
  expect(drops).toContainEqual(['overload', '127.0.0.1']);
  expect(answer()).toContain('Connection: keep-alive');
  // The connection stays open for the next try.
  begun.at(-1)?.response.end();
  last.write(requests('/again'));
  await expect.poll(() => paths(begun)).toContain('/again');
});

/** Three requests behind the one in progress. Each gives up its turn at the limit: the last one waits too long. */
async function waitBehind(connection: () => Promise<Socket>) {
  const [second, third, last] = [await connection(), await connection(), await connection()];
  let text = '';
  last.on('data', (chunk) => {
    text += chunk;
  });
  second.write(requests('/second'));
  third.write(requests('/third'));
  last.write(requests('/last'));
  return { last, answer: () => text };
}

test('a client that sends its body slowly loses its turn', async () => {
  const { begun, connection } = await serve(undefined, { maxInProgress: 1, maxWaitMs: 60_000 });
  (await connection()).write('POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{');
  await expect.poll(() => paths(begun)).toEqual(['/slow']);
  (await connection()).write(requests('/quick'));
  await expect.poll(() => paths(begun)).toEqual(['/slow', '/quick']);
});

test('while the server closes, a 503 of an overloaded server closes its connection', async () => {
  const { server, begun, connection } = await serve(undefined, { maxInProgress: 1, maxWaitMs: 2_000 });
  let read = 0;
  server.on('request', () => {
    read += 1;
  });
  const first = await connection();
  first.write(requests('/slow'));
  await expect.poll(() => paths(begun)).toEqual(['/slow']);
  const { last, answer } = await waitBehind(connection);
  await expect.poll(() => read).toBe(4);
  server.close();
  await once(last, 'close');
  expect(answer()).toMatch(/^HTTP\/1\.1 503 [\s\S]*Connection: close/i);
});

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** A server that keeps what has begun, and answers as told, or when the test does. */
async function serve(
  answer: (exchange: Exchange) => void = () => undefined,
  limits: Partial<ConnectionLimits> = {},
) {
  const begun: Exchange[] = [];
  const drops: ([DropReason, string] | 'closed')[] = [];
  const server = createBoundedServer(
    (request, response) => {
      begun.push({ request, response });
      answer({ request, response });
    },
    { ...LIMITS, ...limits },
    { add: (...drop) => void drops.push(drop), close: () => void drops.push('closed') },
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const connection = async (options: SocketConstructorOpts = {}): Promise<Socket> => {
    const socket = connect({ ...options, host: '127.0.0.1', port });
    socket.on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  return { server, begun, drops, connection };
}

function requests(...urls: readonly string[]): string {
  return urls.map((url) => `GET ${url} HTTP/1.1\r\nHost: a\r\n\r\n`).join('');
}

function paths(begun: readonly Exchange[]): string[] {
  return begun.map(({ request }) => request.url ?? '');
}
