import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { ControlConnection } from '../../src/stores/postgres/membership/control-connection.ts';

// Promise P9, lost nodes.
it('a control connection that is lost while it is being opened is a rejection, and no loss', async () => {
  // The answer of a server that starts up or shuts down.
  const server = createServer((socket) => void socket.once('data', () => socket.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  let losses = 0;
  const opening = ControlConnection.open({
    url: `postgres://somebody@127.0.0.1:${port}/postgres`,
    received: () => undefined,
    lost: () => void losses++,
  });
  await expect(opening).rejects.toThrow('Connection terminated unexpectedly');
  const closed = once(server, 'close');
  server.close();
  await closed;
  expect(losses).toBe(0);
});
