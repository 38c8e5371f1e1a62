import {
  type AlertOptions,
  createJobs,
  type Engine,
  type JobStore,
  type JobType,
  type Tracing,
} from '@greenvue/jobs';
import type { AuditSource } from './auth/audit/audit-log.ts';
import type { Config } from './config/config.ts';
import { dataFiles } from './data-dir/data-dir.ts';
import { secretKeyTexts } from './data-dir/secret-keys.ts';
import type { Deps } from './deps.ts';
import { jobTypes as catalogue } from './jobs/catalogue.ts';
import { type ThreadJobDeps, threadDeps } from './thread-deps.ts';

/** A job type: inline, its handler gets the server's dependencies; in a thread, those of the thread. */
export type AppJobType =
  | JobType<Deps, string, unknown, unknown, 'inline'>
  | JobType<ThreadJobDeps, string, unknown, unknown, 'thread'>;

export interface EngineParts {
  readonly jobTypes?: readonly AppJobType[] | undefined;
  readonly alertKinds?: AlertOptions['kinds'] | undefined;
  readonly tracing?: Tracing | undefined;
  /** SQLite only: the id that `jobs.db` must have, or gets. */
  readonly databaseId?: string | undefined;
}

/**
 * Creates GreenVue's job engine and its store. Default job types: the catalogue. Nothing runs before
 * `start()`.
 */
export async function createJobEngine(
  config: Config,
  deps: Deps,
  { jobTypes = catalogue, alertKinds, tracing, databaseId }: EngineParts = {},
): Promise<Engine> {
  const { jobs } = config;
  return createJobs({
    store: await createStore(config, databaseId),
    types: jobTypes,
    deps,
    threadDeps: threadDeps.with(deps.threadData),
    concurrency: jobs.concurrency,
    threadMemoryMb: jobs.threadMemoryMb,
    minIntervalMs: jobs.minIntervalMs,
    outbound: { allow: jobs.outboundAllow },
    ...(jobs.heartbeatUrl === undefined ? {} : { heartbeatUrl: jobs.heartbeatUrl }),
    shutdownTimeoutMs: config.shutdownTimeoutMs,
    retention: {
      finishedPerJob: jobs.retention.finished,
      skippedPerJob: jobs.retention.skipped,
      maxAgeMs: jobs.retention.ageMs,
      countsMaxAgeMs: jobs.retention.countsMs,
    },
    alerts: { ...alertOptions(config), ...(alertKinds === undefined ? {} : { kinds: alertKinds }) },
    secretKeys: secretKeyTexts(config),
    version: deps.version,
    logger: deps.logger,
    ...(tracing === undefined ? {} : { tracing }),
  });
}

/** How GreenVue tells people what happens to jobs. Without a mail server, e-mail channels are refused. */
function alertOptions({ publicUrl, smtpUrl, mailFrom }: Config): AlertOptions {
  const consoleUrl = `${publicUrl.replace(/\/+$/, '')}/console`;
  return smtpUrl === undefined ? { consoleUrl } : { consoleUrl, smtp: smtpUrl, from: mailFrom };
}

async function createStore(
  { dataDir, postgres, jobs }: Config,
  databaseId: string | undefined,
): Promise<JobStore> {
  if (postgres === undefined) {
    const { sqlite } = await import('@greenvue/jobs/sqlite');
    return sqlite(dataFiles(dataDir).jobs, databaseId === undefined ? {} : { databaseId });
  }
  const stores = await import('@greenvue/jobs/postgres');
  return stores.postgres({ ...postgres, maxStallMs: jobs.maxStallMs });
}

/** The engine's audit log as a source for GreenVue's. */
export function jobAudit(engine: Engine): AuditSource {
  return {
    name: 'jobs',
    async list({ before, limit, filters }) {
      const { actor, action, target } = filters;
      const rows = await engine.listAudit({
        limit,
        before,
        ...(actor === undefined ? {} : { actor }),
        ...(action === undefined ? {} : { action }),
        ...(target === undefined ? {} : { target }),
      });
      return rows.map(({ id, change, ...row }) => ({
        ...row,
        id: Number(id),
        actorName: undefined,
        change: JSON.parse(change) as unknown,
      }));
    },
  };
}
