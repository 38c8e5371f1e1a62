import type { FastifyInstance } from 'fastify';

/**
 * Ends the connection with each response while the server stops. An open connection would delay the stop
 * until SHUTDOWN_TIMEOUT.
 */
export function endConnectionsWhileClosing(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) reply.header('connection', 'close');
  });
  // For responses whose headers were sent before the stop began.
  app.addHook('onResponse', async () => {
    if (isClosing) app.server.closeIdleConnections();
  });
}
