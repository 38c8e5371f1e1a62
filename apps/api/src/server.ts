import { type AlertOptions, bothPolicies, type Engine } from '@greenvue/jobs';
import { jobsPlugin } from '@greenvue/jobs/fastify';
import { registerJobMetrics } from '@greenvue/jobs/prometheus';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { createApp } from './app.ts';
import { ensureFirstAdmin } from './auth/accounts/first-admin.ts';
import type { Config } from './config/config.ts';
import { dataFiles } from './data-dir/data-dir.ts';
import { takeDataDir } from './data-dir/take-data-dir.ts';
import { createDeps, type Deps, type DepsOptions } from './deps.ts';
import { guardAppDatabase } from './installation/guard-app-database.ts';
import { noteInstallation, openInstallation } from './installation/open-installation.ts';
import { refuseLostWrites } from './installation/refuse-lost-writes.ts';
import { type AppJobType, createJobEngine, jobAudit } from './job-engine.ts';
import { actorOf, isAllowed, requireRole } from './rest/principal.ts';
import { featureRoutes } from './routes.ts';
import { startTracing } from './tracing/start-tracing.ts';

/** A running server. */
export interface Server {
  readonly url: string;
  /** Where the generated password of the first admin is stored; undefined with ADMIN_PASSWORD. */
  readonly adminPasswordAt: string | undefined;
  /**
   * Fires with an `Error` as its reason when a database is lost for good. The process must end and
   * acknowledge no further writes.
   */
  readonly lost: AbortSignal;
  /** Waits for requests in progress, at most SHUTDOWN_TIMEOUT, and releases all resources. */
  stop(): Promise<void>;
}

export interface ServerOptions extends DepsOptions {
  /** Default: the job types of the catalogue. For the demo and tests. */
  readonly jobTypes?: readonly AppJobType[];
  /** Further kinds of alert channels. */
  readonly alertKinds?: AlertOptions['kinds'];
  /** Default: true. Without it, the OpenAPI document is written at the first request for it. */
  readonly writesDocumentAtStart?: boolean;
}

/** Starts GreenVue. If a step fails, releases the resources of the steps before and throws its error. */
export async function startServer(config: Config, options: ServerOptions = {}): Promise<Server> {
  const cleanUps: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (let cleanUp = cleanUps.pop(); cleanUp; cleanUp = cleanUps.pop()) await cleanUp();
  };
  try {
    const lock = await takeDataDir(config);
    cleanUps.push(() => lock.release());
    if (config.postgres === undefined) await refuseLostWrites(config.dataDir);
    const installation = config.postgres === undefined ? await openInstallation(config) : undefined;
    const deps = await createDeps(config, options);
    cleanUps.push(() => deps.close());
    if (installation?.isNew) await noteInstallation(deps.database, installation);
    const guard =
      installation && (await guardAppDatabase({ file: dataFiles(config.dataDir).app, ...installation }));
    cleanUps.push(() => guard?.stop());
    const traced = config.tracing && (await startTracing(config.tracing, deps));
    cleanUps.push(() => traced?.stop());
    await sealSecrets(deps);
    const engine = await createJobEngine(config, deps, {
      ...options,
      tracing: traced?.tracing,
      databaseId: installation?.id,
    });
    registerJobMetrics(engine, { registry: deps.metrics.registry });
    const app = createApp({
      config,
      isTraced: traced !== undefined,
      version: deps.version,
      // Meanwhile, the threads of the engine load.
      writesDocumentAtStart: options.writesDocumentAtStart ?? true,
      logger: deps.logger,
      clock: deps.clock,
      authenticate: deps.authenticate,
      securityLog: deps.securityLog,
      observe: deps.metrics.observe,
      countDrop: deps.metrics.countDrop,
      routes: [
        ...featureRoutes(deps, {
          checks: [{ name: 'jobs', check: () => engine.check() }],
          auditSources: [jobAudit(engine)],
        }),
        jobRoutes(engine, config.policies),
      ],
    });
    // Both at the same time: the engine serves requests until the last one ends.
    cleanUps.push(async () => {
      const closed = closeWithin(app, config.shutdownTimeoutMs);
      const ended = await Promise.allSettled([closed, engine.stop({ serving: closed })]);
      for (const each of ended) if (each.status === 'rejected') throw each.reason;
    });
    // In parallel, because each step mostly waits. If one fails, the others finish before anything is
    // stopped.
    const started = engine.start();
    // Before the first account: accounts in `app.db` mean that there was a `jobs.db` beside it.
    const admin = started.then(async () => {
      if (installation !== undefined) await noteInstallation(deps.database, installation);
      return ensureFirstAdmin({ ...deps, ...config.admin });
    });
    const steps = [admin, started, app.ready()] as const;
    await Promise.allSettled(steps);
    const [adminPasswordAt] = await Promise.all(steps);
    const url = await app.listen({ host: config.host, port: config.port });
    const lost = AbortSignal.any([engine.lost, ...(guard === undefined ? [] : [guard.lost])]);
    return { url, adminPasswordAt, lost, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Encrypts secrets that an older version stored in plain text, or warns if there is no key. */
async function sealSecrets({ secrets, logger }: Deps): Promise<void> {
  const plain = await secrets.secure();
  if (plain.length === 0) return;
  logger.warn(
    { settings: plain },
    'greenvue.settings contains secrets in plain text: set SECRETS_KEY (openssl rand -base64 32) on every node to encrypt them',
  );
}

/** The routes of the engine, for operators and admins. */
function jobRoutes(engine: Engine, policies: Config['policies']): FastifyPluginAsync {
  return async (app) => {
    await app.register(jobsPlugin, {
      prefix: '/api',
      engine,
      security: [{ bearer: [] }],
      authorize: async (request, need) => {
        const principal = requireRole(request, need === 'admin' ? 'admin' : 'operator');
        const policy = bothPolicies(principal.policy, policies[principal.role]);
        return { ...actorOf(principal), ...(policy === undefined ? {} : { policy }) };
      },
      events: {
        isStillAllowed: async (request) => {
          const principal = await request.authenticateAgain();
          return principal !== undefined && isAllowed(principal, 'operator');
        },
      },
    });
  };
}

/** Closes the server. After the timeout, closes the connections of requests that are still in progress. */
async function closeWithin(app: FastifyInstance, timeoutMs: number): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), timeoutMs);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
  }
}
