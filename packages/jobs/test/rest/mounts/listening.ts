import { once } from 'node:events';
import type { Server } from 'node:http';

/** A server that listens on a free port. Closing it waits for its responses. */
export async function listening(
  server: Server,
): Promise<{ readonly origin: string; close(): Promise<void> }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      // Responses in progress end first; Node would keep their connections for further requests.
      const cut = setInterval(() => server.closeIdleConnections(), 10);
      await closed;
      clearInterval(cut);
    },
  };
}
