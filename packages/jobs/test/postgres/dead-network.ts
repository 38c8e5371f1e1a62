import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Network {
  /** The URL of the server by way of this network. */
  readonly url: string;
  /** From now on nothing comes through, and nobody is told: connections stay open, new ones get no answer. */
  cut(): void;
  /**
   * The next COMMIT is done, but the connection breaks before its answer, and before that of any statement
   * sent with it.
   */
  loseCommit(): void;
  /** The next message is done, but no answer comes to it: the connection breaks in its place. */
  loseAnswer(): void;
  /** How many were sent to the server so far. */
  readonly messages: number;
  /** From now on connections are told of another backend than the one that answers, as a pooler tells. */
  disguise(): void;
  /** From now on each message takes so long (ms), both ways. */
  slow(ms: number): void;
  /** Both ends of every connection get a TCP reset. */
  reset(): void;
  /** New connections get a TCP reset; those that are open stay. */
  refuse(): void;
  /** New connections are accepted again. */
  accept(): void;
  /** New connections work; old ones are broken. */
  mend(): void;
  close(): Promise<void>;
}

/**
 * A COMMIT ends with a zero byte, while a BEGIN may name READ COMMITTED; and so does the server's word for
 * one.
 */
const COMMIT = 'COMMIT\0';
/** How a server's word for who answers begins: its length is 12, the number of the process comes next. */
const BACKEND = 'K\0\0\0\x0c';

/** A network between a node and its server, which can die as networks do. */
export async function createNetwork(serverUrl: string): Promise<Network> {
  const target = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let isCut = false;
  let takesMs = 0;
  let losesCommit = false;
  let losesAnswer = false;
  let disguises = false;
  let refuses = false;
  let messages = 0;
  const server = createServer((client) => {
    if (refuses) return void client.resetAndDestroy();
    const upstream = connect(Number(target.port), target.hostname);
    const pair = [client, upstream] as const;
    client.on('data', (chunk) => {
      messages += 1;
      if (losesAnswer) upstream.removeAllListeners('data').once('data', () => client.destroy());
      losesAnswer = false;
      if (!losesCommit || !chunk.includes(COMMIT)) return;
      losesCommit = false;
      upstream.removeAllListeners('data').on('data', (answer) => {
        if (answer.includes(COMMIT)) client.destroy();
      });
    });
    upstream.on('data', (chunk: Buffer) => {
      const at = disguises ? chunk.indexOf(BACKEND) : -1;
      if (at >= 0) chunk.writeInt32BE(1, at + BACKEND.length);
    });
    for (const [from, to] of [pair, [upstream, client]] as const) {
      sockets.add(from);
      from.on('data', (chunk) => {
        if (isCut) return;
        if (takesMs === 0) to.write(chunk);
        else setTimeout(() => isCut || to.write(chunk), takesMs);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        if (!isCut) to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const url = new URL(serverUrl);
  url.port = String(port);
  return {
    url: url.href,
    cut() {
      isCut = true;
    },
    loseCommit() {
      losesCommit = true;
    },
    loseAnswer() {
      losesAnswer = true;
    },
    get messages() {
      return messages;
    },
    disguise() {
      disguises = true;
    },
    slow(ms) {
      takesMs = ms;
    },
    reset() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    refuse() {
      refuses = true;
    },
    accept() {
      refuses = false;
    },
    mend() {
      isCut = false;
      breakAll();
    },
    async close() {
      breakAll();
      server.close();
    },
  };
}
