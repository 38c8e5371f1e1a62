// Connections that send request after request and read no answer, for the largest console file and for large
// lists.
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { printFigures, row, startTarget, type Target } from './target.ts';

const SECONDS = 20;
const LISTINGS = 200;
/** As many requests as a server may queue on a connection. */
const FEW = 30;

const target = await startTarget();
try {
  await fill(target);
  const paths = [await largestFile(target), '/api/listings?limit=200', '/openapi.json'];
  for (const connections of [40, 90])
    for (const requests of [FEW, Number.POSITIVE_INFINITY]) await attack(paths, connections, requests);
} finally {
  await target.stop();
}

async function attack(paths: readonly string[], connections: number, requests: number): Promise<void> {
  const watch = target.watch();
  await sleep(500);
  const sockets = await Promise.all(
    Array.from({ length: connections }, (_, n) => flood(paths[n % paths.length] ?? '/', requests)),
  );
  await sleep(SECONDS * 1_000);
  const figures = await watch.stop();
  const open = sockets.filter(({ closed }) => !closed).length;
  const each = Number.isFinite(requests) ? `${requests} requests each` : 'as many requests as they are let';
  row(`${connections} connections, ${each}`, `${open} still open after ${SECONDS} s`);
  printFigures(figures);
  for (const socket of sockets) socket.destroy();
  await sleep(1_000);
}

/** Sends this many requests as fast as the server accepts them, and never reads. */
async function flood(path: string, requests: number): Promise<Socket> {
  const socket = createConnection({ host: '127.0.0.1', port: target.port });
  socket.pause();
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const batch = Math.min(requests, 200);
  const bytes = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(batch));
  let sent = 0;
  const send = () => {
    for (let takes = true; takes && sent < requests && !socket.destroyed; sent += batch)
      takes = socket.write(bytes);
  };
  socket.on('drain', send);
  send();
  return socket;
}

async function largestFile({ ask }: Target): Promise<string> {
  const page = (await ask('GET', '/console/')).body;
  const paths = [...page.matchAll(/(?:src|href)="(\/console\/assets\/[^"]+\.js)"/g)].map(
    ([, path]) => path ?? '',
  );
  const sized = await Promise.all(
    paths.map(async (path) => ({ path, size: (await ask('GET', path)).body.length })),
  );
  const largest = sized.toSorted((a, b) => b.size - a.size)[0];
  if (largest === undefined) throw new Error('build the console first: npm run console');
  return largest.path;
}

async function fill({ ask, admin }: Target): Promise<void> {
  // The largest accepted description: three bytes per character.
  const body = {
    title: 'Lamp',
    category: 'home',
    price_cents: 1,
    condition: 'good',
    description: '語'.repeat(5_000),
  };
  for (let n = 0; n < LISTINGS; n += 1) {
    const { status } = await ask('POST', '/api/listings', { token: admin, body });
    if (status !== 201) throw new Error(`creating a listing returned ${status}`);
  }
}
