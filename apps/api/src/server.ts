import type { FastifyInstance } from 'fastify';
import { createApp } from './app.ts';
import { ensureFirstAdmin } from './auth/first-admin.ts';
import type { Config } from './config.ts';
import { lockDataDir, openDataDir } from './data-dir.ts';
import { createDeps, type DepsOptions } from './deps.ts';
import { featureRoutes } from './routes.ts';

/** A server that answers. */
export interface Server {
  readonly url: string;
  /** Where the password of the admin that GreenVue made is kept; undefined when ADMIN_PASSWORD gave it. */
  readonly adminPasswordFile: string | undefined;
  /** Lets requests under way end, for at most SHUTDOWN_TIMEOUT, and gives everything back. */
  stop(): Promise<void>;
}

/** Starts GreenVue. When a step fails, what the steps before took is given back, and the error thrown. */
export async function startServer(config: Config, options: DepsOptions = {}): Promise<Server> {
  const cleanUps: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (let cleanUp = cleanUps.pop(); cleanUp; cleanUp = cleanUps.pop()) await cleanUp();
  };
  try {
    openDataDir(config.dataDir);
    const lock = lockDataDir(config.dataDir);
    cleanUps.push(() => lock.release());
    const deps = await createDeps(config, options);
    cleanUps.push(() => deps.close());
    const adminPasswordFile = await ensureFirstAdmin({
      users: deps.users,
      dataDir: config.dataDir,
      ...config.admin,
    });
    const app = createApp({
      config,
      version: deps.version,
      logger: deps.logger,
      authenticate: deps.authenticate,
      observe: deps.metrics.observe,
      routes: featureRoutes(deps),
    });
    cleanUps.push(() => closeWithin(app, config.shutdownTimeoutMs));
    const url = await app.listen({ host: config.host, port: config.port });
    return { url, adminPasswordFile, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits for the requests under way; then their connections are cut. */
async function closeWithin(app: FastifyInstance, timeoutMs: number): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), timeoutMs);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
  }
}
