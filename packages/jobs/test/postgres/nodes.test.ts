import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import {
  createEngine,
  createSystemClock,
  defineJobType,
  type Engine,
  type JobContext,
} from '../../src/index.ts';
import { createPostgresStore } from '../../src/stores/postgres/index.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

interface Deps {
  readonly name: string;
  handler(ctx: JobContext<unknown>): unknown;
}

const work = defineJobType({
  type: 'work',
  module: import.meta.url,
  payload: z.strictObject({}),
  run: async (ctx, deps: Deps) => deps.handler(ctx),
});

let database: TestDatabase;
const engines: Engine[] = [];

beforeAll(async () => {
  database = await createTestDatabase(inject('postgresUrl'), `nodes_${randomUUID().slice(0, 8)}`);
});
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.stop()));
  await database.empty();
});
afterAll(() => database.drop());

/** A node over the shared database, in this process; its threads and connections are its own. */
async function startNode(deps: Deps, concurrency = 10): Promise<Engine> {
  const clock = createSystemClock();
  const store = createPostgresStore({ url: database.url, clock });
  const engine = createEngine<Deps>({
    store,
    jobTypes: [work],
    deps,
    clock,
    concurrency,
    shutdownTimeoutMs: 2_000,
  });
  engines.push(engine);
  await engine.start();
  return engine;
}

const untilStopped = (ctx: JobContext<unknown>) =>
  new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason)));
const onDemand = { id: 'a', name: 'A', type: 'work', onDemand: true, overlap: 'allow' } as const;
const statusOf = async (engine: Engine, runId: string) => (await engine.getRun(runId)).run.status;

describe('several nodes on one PostgreSQL', () => {
  it('lesson 19: each run is run once, whoever asks for it, and an API-only node runs none', async () => {
    const ran: string[] = [];
    const handler = (name: string) => (ctx: JobContext<unknown>) => void ran.push(`${name} ${ctx.run.id}`);
    const api = await startNode({ name: 'api', handler: handler('api') }, 0);
    await startNode({ name: 'b', handler: handler('b') });
    await startNode({ name: 'c', handler: handler('c') });
    await api.createJob(onDemand);
    const ids = await Promise.all(
      Array.from({ length: 200 }, async () => (await api.trigger('a')).view.run.id),
    );
    await expect.poll(() => ran.length).toBeGreaterThanOrEqual(200);
    const runs = ran.map((line) => line.split(' ')[1]);
    expect(runs.toSorted()).toEqual(ids.toSorted());
    expect(ran.filter((line) => line.startsWith('api'))).toEqual([]);
  });

  it('P12: a cancel asked of one node stops the handler on another', async () => {
    const api = await startNode({ name: 'api', handler: () => undefined }, 0);
    let started = 0;
    await startNode({
      name: 'b',
      handler: (ctx) => {
        started += 1;
        return untilStopped(ctx);
      },
    });
    await api.createJob(onDemand);
    const { run } = (await api.trigger('a')).view;
    await expect.poll(() => started).toBe(1);
    const asked = performance.now();
    await api.cancelRun(run.id);
    await expect.poll(() => statusOf(api, run.id)).toBe('cancelled');
    expect(performance.now() - asked).toBeLessThan(4_000);
  });

  it('P14: a pause on one node takes back what another holds unstarted', async () => {
    const api = await startNode({ name: 'api', handler: () => undefined }, 0);
    const running: string[] = [];
    const ends: (() => void)[] = [];
    await startNode(
      {
        name: 'b',
        handler: (ctx) =>
          new Promise<void>((resolve) => {
            running.push(ctx.run.id);
            ends.push(resolve);
          }),
      },
      1,
    );
    await api.createJob(onDemand);
    const first = (await api.trigger('a')).view.run.id;
    await expect.poll(() => running).toEqual([first]);
    const second = (await api.trigger('a')).view.run.id;
    await api.pauseJob('a', {});
    ends[0]?.();
    await expect.poll(() => statusOf(api, first)).toBe('succeeded');
    expect((await api.getRun(second)).run).toMatchObject({ status: 'queued', held: 'pause' });
    await api.resumeJob('a');
    await expect.poll(() => running).toEqual([first, second]);
    ends[1]?.();
    await expect.poll(() => statusOf(api, second)).toBe('succeeded');
  });

  it('P4, P6: recurring jobs are planned once between them', async () => {
    const handler = () => undefined;
    const api = await startNode({ name: 'a', handler });
    await startNode({ name: 'b', handler });
    await api.createJob({ id: 'tick', name: 'Tick', type: 'work', interval: '1s' });
    const finished = async () =>
      (await api.listRuns({ jobId: 'tick', status: 'succeeded', limit: 10 })).rows.map(
        ({ run }) => run.scheduledFor ?? 0,
      );
    await expect.poll(async () => (await finished()).length).toBeGreaterThanOrEqual(3);
    const slots = await finished();
    expect(new Set(slots).size).toBe(slots.length);
  });
});
