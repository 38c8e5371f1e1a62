import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Requests {
  /** A server of this process receives a request and answers it. */
  come(): Promise<unknown>;
  close(): Promise<void>;
}

export async function createRequests(): Promise<Requests> {
  const server = createServer((_, response) => void response.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    come: async () => (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)).text(),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
