import { fastify } from 'fastify';
import { type Connection, connect } from '../../src/client/index.ts';
import type { Engine } from '../../src/engine/ports/engine-port.ts';
import { type JobsPluginOptions, jobsPlugin } from '../../src/fastify/index.ts';
import { fastifyMount } from '../rest/mounts/fastify-mount.ts';
import { startRestServer } from '../rest/rest-server.ts';

export interface ClientServer {
  readonly url: string;
  readonly connection: Connection;
  /** Every route, as `GET /api/jobs/:job_id`. */
  readonly routes: ReadonlySet<string>;
  /** The routes that tests have called. */
  readonly asked: ReadonlySet<string>;
  close(): Promise<void>;
}

/** The REST API over a real engine, listening on a port. */
export async function startClientServer(): Promise<ClientServer & { readonly engine: Engine }> {
  const { engine, close } = await startRestServer(fastifyMount);
  const server = await listen(engine);
  return {
    ...server,
    engine,
    async close() {
      await server.close();
      await close();
    },
  };
}

/** One more listening server on a running engine. Closing it does not stop the engine. */
export async function listen(
  engine: Engine,
  options: Partial<JobsPluginOptions> & { readonly port?: number } = {},
): Promise<ClientServer> {
  const { port = 0, ...plugin } = options;
  const app = fastify({ routerOptions: { maxParamLength: 128 }, forceCloseConnections: true });
  const routes = new Set<string>();
  const asked = new Set<string>();
  app.addHook('onRoute', ({ method, url }) => {
    for (const name of [method].flat()) if (name !== 'HEAD') routes.add(`${name} ${url}`);
  });
  app.addHook('onRequest', async ({ method, routeOptions }) => {
    asked.add(`${method} ${routeOptions.url}`);
  });
  await app.register(jobsPlugin, { prefix: '/api', engine, authorize: false, ...plugin });
  const address = await app.listen({ port, host: '127.0.0.1' });
  const url = `${address}/api`;
  return { url, connection: connect({ url }), routes, asked, close: () => app.close() };
}
