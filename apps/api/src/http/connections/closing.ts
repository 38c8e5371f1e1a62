import type { FastifyInstance } from 'fastify';

/**
 * Lets each answer that is sent while the server stops end its connection. One that stays open for the
 * client's next request would keep the server until the time to stop is over.
 */
export function endConnectionsWhileClosing(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) reply.header('connection', 'close');
  });
  // One whose head was out before can only be ended after it.
  app.addHook('onResponse', async () => {
    if (isClosing) app.server.closeIdleConnections();
  });
}
