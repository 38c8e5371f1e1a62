import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Network {
  /** The URL of the server by way of this network. */
  readonly url: string;
  /** From now on nothing comes through, and nobody is told: connections stay open, new ones get no answer. */
  cut(): void;
  /** The next answer to something with these words in it does not come: the connection breaks in its place. */
  loseAnswerTo(words: string): void;
  /** New connections work; old ones are broken. */
  mend(): void;
  close(): Promise<void>;
}

/** A network between a node and its server, which can die as networks do. */
export async function createNetwork(serverUrl: string): Promise<Network> {
  const target = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let isCut = false;
  let lost: string | undefined;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    const pair = [client, upstream] as const;
    client.on('data', (chunk) => {
      if (lost === undefined || !chunk.includes(lost)) return;
      lost = undefined;
      upstream.removeAllListeners('data').once('data', () => client.destroy());
    });
    for (const [from, to] of [pair, [upstream, client]] as const) {
      sockets.add(from);
      from.on('data', (chunk) => {
        if (!isCut) to.write(chunk);
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
