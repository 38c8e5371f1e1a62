import { join } from 'node:path';
import { createJobs, defineJobType, type Engine } from '@greenvue/jobs';
import { postgres } from '@greenvue/jobs/postgres';
import { sqlite } from '@greenvue/jobs/sqlite';
import { z } from 'zod';
import { type MakeStore, queueRuns } from '../../support/noop.ts';
import { queueRunsOnPostgres } from '../../support/postgres-runs.ts';
import {
  type Contestant,
  forEachAtOnce,
  type Handle,
  jobOfEachRun,
  type QueuedRuns,
  type Session,
} from '../contestant.ts';
import { requirePlace } from '../processes/place.ts';

/** As with `npm start`, which needs it for the API. */
const NODE_OPTIONS = ['--max-semi-space-size=4'];
const SETTINGS =
  '`concurrency` set to the number of places; jobs without a schedule have `overlap: allow`; Node.js with `--max-semi-space-size=4`, like `npm start`';

export const greenvueOnSqlite: Contestant = {
  name: 'greenvue-sqlite',
  label: 'GreenVue on SQLite',
  role: 'ours',
  packages: ['@greenvue/jobs'],
  nodeOptions: NODE_OPTIONS,
  settings: SETTINGS,
  needs: 'folder',
  pace: { registers: 8_000, drains: 120_000 },
  keepsHistory: true,
  cannot: {},
  notes: {},
  async open(place) {
    const file = join(requirePlace(place, 'folder').folder, 'jobs.db');
    const makeStore: MakeStore = () => sqlite(file);
    return sessionOn(makeStore, (jobs, runsOfEach) => queueRuns(makeStore, { jobs, runs: runsOfEach }));
  },
};

export const greenvueOnPostgres: Contestant = {
  name: 'greenvue-postgres',
  label: 'GreenVue on PostgreSQL',
  role: 'ours',
  packages: ['@greenvue/jobs', 'pg'],
  nodeOptions: NODE_OPTIONS,
  settings: SETTINGS,
  needs: 'postgres',
  pace: { registers: 5_000, drains: 80_000 },
  keepsHistory: true,
  cannot: {},
  notes: {},
  async open(place) {
    const { url } = requirePlace(place, 'postgres');
    const makeStore: MakeStore = () => postgres(url);
    return sessionOn(makeStore, (jobs, runsOfEach) => queueRunsOnPostgres(url, { jobs, runsOfEach }));
  },
};

function sessionOn(
  makeStore: MakeStore,
  queue: (jobs: number, runsOfEach: number) => Promise<void>,
): Session {
  let engine: Engine | undefined;
  const started = async (handle: Handle, concurrency: number, isLimited = false): Promise<Engine> => {
    const types = isLimited ? [ofTenants(handle)] : [noop(handle)];
    const made = createJobs({ store: makeStore(), types, concurrency });
    await made.start();
    return made;
  };
  // An engine without places, for requests.
  const asked = async (): Promise<Engine> => {
    engine ??= await started(() => undefined, 0);
    return engine;
  };
  return {
    async queue(runs) {
      if (!runs.onePerTenant) return queue(runs.jobs, runs.runsOfEach);
      // The limit of the type holds for runs that are queued after a node with places has started.
      await (await started(() => undefined, 1, true)).stop();
      engine = await started(() => undefined, 0, true);
      await queueForTenants(engine, runs);
    },
    async work({ handle, places, onePerTenant }) {
      engine = await started(handle, places, onePerTenant);
      if (onePerTenant) return;
      await engine.putJob({
        id: ON_DEMAND,
        name: ON_DEMAND,
        type: 'noop',
        onDemand: true,
        overlap: 'allow',
      });
    },
    async trigger() {
      await (await asked()).trigger(ON_DEMAND);
    },
    async register(jobs) {
      const registrar = await asked();
      await forEachAtOnce(jobs, ({ id, everyMs, firstAt }) =>
        registrar.createJob({
          id,
          name: id,
          type: 'noop',
          interval: `${everyMs}ms`,
          startAt: new Date(firstAt).toISOString(),
        }),
      );
    },
    async count() {
      const { runs, hours } = await (await asked()).stats();
      return {
        waiting: runs.queued + runs.held + runs.running,
        kept: hours.reduce((sum, { count }) => sum + count, 0),
      };
    },
    async close() {
      await engine?.stop();
    },
  };
}

const ON_DEMAND = 'on-demand';

async function queueForTenants(engine: Engine, runs: QueuedRuns): Promise<void> {
  const job = { id: ON_DEMAND, name: ON_DEMAND, type: 'tenant', onDemand: true, overlap: 'allow' } as const;
  await engine.putJob({ ...job, payload: { tenant: 0 } });
  await forEachAtOnce(jobOfEachRun(runs), (tenant) => engine.trigger(ON_DEMAND, { payload: { tenant } }));
}

function ofTenants(handle: Handle) {
  return defineJobType({
    type: 'tenant',
    module: import.meta.url,
    payload: z.strictObject({ tenant: z.int() }),
    limits: { running: 1, per: '/tenant' },
    run: async ({ payload: { tenant } }) => {
      const run = handle(undefined, tenant);
      if (run !== undefined) await run;
    },
  });
}

function noop(handle: Handle) {
  return defineJobType({
    type: 'noop',
    module: import.meta.url,
    payload: z.strictObject({}),
    run: async (ctx) => {
      const run = handle(ctx.run.scheduledFor?.getTime());
      if (run !== undefined) await run;
    },
  });
}
