// GreenVue's server as with `npm start`, with a further job type `noop` and counters: see `instance.ts`.
import { createJobs, type Engine, type JobStore } from '@greenvue/jobs';
import { jobsPlugin } from '@greenvue/jobs/fastify';
import { postgres } from '@greenvue/jobs/postgres';
import { sqlite } from '@greenvue/jobs/sqlite';
import type { FastifyPluginAsync } from 'fastify';
import { createApp } from '../../apps/api/src/app.ts';
import { type Config, loadConfig } from '../../apps/api/src/config/config.ts';
import { dataFiles, openDataDir } from '../../apps/api/src/data-dir/data-dir.ts';
import { createDeps } from '../../apps/api/src/deps.ts';
import { jobAudit } from '../../apps/api/src/job-engine.ts';
import { jobTypes } from '../../apps/api/src/jobs/catalogue.ts';
import { actorOf, requireRole } from '../../apps/api/src/rest/principal.ts';
import { featureRoutes } from '../../apps/api/src/routes.ts';
import { threadDeps } from '../../apps/api/src/thread-deps.ts';
import { noopType } from '../support/noop.ts';

/** Counted since the start of the process. */
export interface Counts {
  readonly at: number;
  readonly cpuMs: number;
  readonly rss: number;
  /** Calls of the store's reads. */
  readonly reads: number;
  readonly runs: number;
  /** Answers by route. */
  readonly answers: Readonly<Record<string, number>>;
}

const loaded = loadConfig();
if (!loaded.ok) throw new Error(loaded.faults.join('\n'));
const { config } = loaded;
openDataDir(config.dataDir);
const deps = await createDeps(config);
const answers: Record<string, number> = {};
let reads = 0;
let runs = 0;

const engine = createJobs({
  store: counted(storeOf(config)),
  types: [...jobTypes, noopType(() => void runs++)],
  deps,
  threadDeps: threadDeps.with(deps.threadData),
  version: deps.version,
});
const app = createApp({
  config,
  version: deps.version,
  logger: deps.logger,
  clock: deps.clock,
  authenticate: deps.authenticate,
  securityLog: deps.securityLog,
  countDrop: deps.metrics.countDrop,
  observe: (answer) => {
    deps.metrics.observe(answer);
    answers[answer.route] = (answers[answer.route] ?? 0) + 1;
  },
  routes: [
    ...featureRoutes(deps, { auditSources: [jobAudit(engine)] }),
    jobRoutes(engine),
    async (scope) => {
      scope.get('/bench/counts', async () => counts());
    },
  ],
});
await engine.start();
await app.listen({ host: config.host, port: config.port });
process.on('SIGTERM', () => process.exit(0));

function storeOf({ postgres: server, dataDir, jobs }: Config): JobStore {
  if (server !== undefined) return postgres({ ...server, maxStallMs: jobs.maxStallMs });
  return sqlite(dataFiles(dataDir).jobs);
}

function counts(): Counts {
  const { user, system } = process.cpuUsage();
  const cpuMs = (user + system) / 1_000;
  return { at: performance.now(), cpuMs, rss: process.memoryUsage.rss(), reads, runs, answers };
}

/** Counts the reads that requests cause; the engine itself uses none of them. */
function counted(store: JobStore): JobStore {
  const read = /^(get|list|count)(Jobs?|Runs?|Logs|Health|Audit)$|^stats$|^jobHours$/;
  return new Proxy(store, {
    get: (target, name) => {
      if (typeof name === 'string' && read.test(name)) reads++;
      return Reflect.get(target, name);
    },
  });
}

/** As in `apps/api/src/server.ts`. */
function jobRoutes(of: Engine): FastifyPluginAsync {
  return async (scope) => {
    await scope.register(jobsPlugin, {
      prefix: '/api',
      engine: of,
      security: [{ bearer: [] }],
      authorize: async (request, need) =>
        actorOf(requireRole(request, need === 'admin' ? 'admin' : 'operator')),
    });
  };
}
