import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Network {
  /** The URL of the server through this network. */
  readonly url: string;
  /** Drops all bytes silently: connections stay open, new ones get no answer. */
  cut(): void;
  /**
   * The server does the next COMMIT, but the connection breaks before its answer and the answers to
   * statements sent with it.
   */
  loseCommit(): void;
  /** The server handles the next message, but the connection breaks before its answer. */
  loseAnswer(): void;
  /** The number of messages sent to the server. */
  readonly messages: number;
  /** Reports another backend than the one that answers, as a pooler does. */
  disguise(): void;
  /** Delays each message by `ms`, in both directions. */
  slow(ms: number): void;
  /** Sends a TCP reset to both ends of every connection. */
  reset(): void;
  /** New connections get a TCP reset; open ones stay. */
  refuse(): void;
  /** Ends `refuse`. */
  accept(): void;
  /** New connections work; old ones break. */
  mend(): void;
  close(): Promise<void>;
}

/**
 * COMMIT ends with a zero byte, unlike a BEGIN that names READ COMMITTED. The server's answer to COMMIT ends
 * so, too.
 */
const COMMIT = 'COMMIT\0';
/** The start of the server's BackendKeyData message: length 12, followed by the process id. */
const BACKEND = 'K\0\0\0\x0c';

/** A network between a node and its server that can fail like real ones. */
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
