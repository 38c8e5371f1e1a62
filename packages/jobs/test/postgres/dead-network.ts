import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Network {
  /** The URL of the server by way of this network. */
  readonly url: string;
  /** From now on nothing comes through, and nobody is told: connections stay open, new ones get no answer. */
  cut(): void;
  /**
   * No answer comes any more to what is asked for with the next message that has these words in it: the connection breaks instead, once
   * the server has done it.
   */
  loseAnswerTo(words: string): void;
  /** From now on each message takes so long (ms), both ways. */
  slow(ms: number): void;
  /** New connections work; old ones are broken. */
  mend(): void;
  close(): Promise<void>;
}

/** So long a server may take for what it was sent. */
const DONE_MS = 200;

/** A network between a node and its server, which can die as networks do. */
export async function createNetwork(serverUrl: string): Promise<Network> {
  const target = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let isCut = false;
  let takesMs = 0;
  let lost: string | undefined;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    const pair = [client, upstream] as const;
    client.on('data', (chunk) => {
      if (lost === undefined || !chunk.includes(lost)) return;
      lost = undefined;
      upstream.removeAllListeners('data');
      setTimeout(() => client.destroy(), DONE_MS);
    });
    for (const [from, to] of [pair, [upstream, client]] as const) {
      sockets.add(from);
      from.on('data', (chunk) => {
        if (isCut) return;
        if (takesMs === 0) to.write(chunk);
        else setTimeout(() => to.write(chunk), takesMs);
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
    loseAnswerTo(words) {
      lost = words;
    },
    slow(ms) {
      takesMs = ms;
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
