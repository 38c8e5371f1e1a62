// Opens as many silent connections as the server allows, and measures how long other clients get no answer:
// from loopback, where only the timeout closes them, then from another address, with the limit for a network.
import { once } from 'node:events';
import { get } from 'node:http';
import { createConnection, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { row, startTarget } from './target.ts';

const MOST = 400;
const SECONDS = 90;
const PROBE_EVERY_MS = 500;

const address = Object.values(networkInterfaces())
  .flatMap((each) => each ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
for (const host of ['127.0.0.1', ...(address === undefined ? [] : [address])]) await attack(host);

async function attack(host: string): Promise<void> {
  const isLocal = host === '127.0.0.1';
  // The connections must come from an address of this machine other than loopback.
  const target = await startTarget({ MAX_CONNECTIONS: String(MOST), HOST: isLocal ? host : '0.0.0.0' });
  const sockets: Socket[] = [];
  try {
    for (let n = 0; n < MOST + 20; n += 1) sockets.push(await silentConnection(host, target.port));
    const begin = performance.now();
    let failedUntil = begin;
    while (performance.now() - begin < SECONDS * 1_000) {
      if (!(await isReady(target.url))) failedUntil = performance.now();
      else if (performance.now() - failedUntil > 30_000) break;
      await sleep(PROBE_EVERY_MS);
    }
    row(
      `${MOST} silent connections from ${isLocal ? 'loopback' : 'another address'}`,
      `nobody else is answered for ${((failedUntil - begin) / 1_000).toFixed(1)} s`,
    );
  } finally {
    for (const socket of sockets) socket.destroy();
    await target.stop();
  }
}

/** Stays open on this side until the end, even when the server closes it. */
async function silentConnection(host: string, port: number): Promise<Socket> {
  const socket = createConnection({ host, port, allowHalfOpen: true });
  socket.on('error', () => undefined);
  socket.resume();
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  return socket;
}

/** Uses a new connection, as a new client does. */
function isReady(url: string): Promise<boolean> {
  return new Promise((settle) => {
    const asked = get(`${url}/readyz`, { agent: false, signal: AbortSignal.timeout(2_000) }, (answer) => {
      answer.resume().once('end', () => settle(answer.statusCode === 200));
    });
    asked.once('error', () => settle(false));
  });
}
