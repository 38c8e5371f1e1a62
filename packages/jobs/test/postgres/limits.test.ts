import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import type { Clock } from '../../src/core/clock.ts';
import { createEngine } from '../../src/engine/engine.ts';
import { defineJobType, type Engine, type TypeLimitsOptions } from '../../src/index.ts';
import { KnownLimits } from '../../src/stores/postgres/limits/known-limits.ts';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { createFakeClock } from '../../src/testing/fake-clock.ts';
import { silentLogger } from '../silent-logger.ts';
import {
  DAY,
  definitionOf,
  MINUTE,
  ON_DEMAND,
  SUCCEEDED,
  settlement,
  T0,
  TYPES,
} from '../store-contract/rig.ts';
import { startHoldNode } from './hold-job.ts';
import { startNodeProcess } from './node-process.ts';
import { createTestDatabase, type TestDatabase, untilUpForLease } from './test-database.ts';

const POLL = { interval: 50, timeout: 20_000 };

let database: TestDatabase;
const engines: Engine[] = [];
/** How many handlers of each tenant run now, and the most that ran at a time. */
const running = new Map<string, number>();
const most = new Map<string, number>();
let ended = 0;

beforeAll(async () => {
  database = await createTestDatabase(inject('postgresUrl'), 'limits');
});
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.stop()));
  await database.empty();
  running.clear();
  most.clear();
  ended = 0;
});
afterAll(() => database.drop());

const open = { schedule: ON_DEMAND, overlap: 'allow' } as const;

/** A store without a node. */
async function openStore(clock?: Clock) {
  const time = clock === undefined ? { clock: createSystemClock() } : { clock, ownClock: true };
  const store = createPostgresStore({ url: database.url, ...time });
  await store.open();
  onTestFinished(() => store.close());
  return store;
}

/** The text of a statement as the driver gets it. */
function textOf(query: unknown): string {
  return String(Object(query).text ?? query);
}

async function startNode(limits: TypeLimitsOptions | undefined): Promise<Engine> {
  const clock = createSystemClock();
  const limited = defineJobType({
    type: 'limited',
    payload: z.object({ tenant: z.string() }),
    ...(limits === undefined ? {} : { limits }),
    run: async ({ payload: { tenant } }) => {
      const now = (running.get(tenant) ?? 0) + 1;
      running.set(tenant, now);
      most.set(tenant, Math.max(now, most.get(tenant) ?? 0));
      await new Promise((resolve) => setTimeout(resolve, 5));
      running.set(tenant, now - 1 + ((running.get(tenant) ?? now) - now));
      ended += 1;
    },
  });
  const engine = createEngine({
    store: createPostgresStore({ url: database.url, clock }),
    jobTypes: [limited],
    deps: {},
    clock,
    concurrency: 20,
    logger: silentLogger,
  });
  engines.push(engine);
  await engine.start();
  return engine;
}

// Promise P29, limits and priority.
describe('limits of types, on several nodes', () => {
  it('two nodes share each limit, every run ends, and no tenant waits for another one', async () => {
    const limits = { running: 2, per: '/tenant' };
    const [one, two] = [await startNode(limits), await startNode(limits)];
    const tenants = Array.from({ length: 20 }, (_, n) => `t${n}`);
    const asked = tenants.flatMap((tenant) => Array.from({ length: 15 }, () => tenant));
    await Promise.all(asked.map((tenant, n) => (n % 2 === 0 ? one : two).enqueue('limited', { tenant })));
    await expect.poll(() => ended, POLL).toBe(asked.length);
    expect([...most.keys()].sort()).toEqual([...tenants].sort());
    for (const tenant of tenants) expect(most.get(tenant)).toBeLessThanOrEqual(2);
    // Handlers end before their ends are written.
    const left = () => database.rows('SELECT count(*)::integer AS left FROM greenvue_jobs.limit_claims');
    await expect.poll(left, POLL).toEqual([{ left: 0 }]);
  });

  it('a node that runs already learns the limits of one that starts', async () => {
    const first = await startNode(undefined);
    await startNode({ running: 1, per: '/tenant' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await Promise.all(Array.from({ length: 30 }, () => first.enqueue('limited', { tenant: 'a' })));
    await expect.poll(() => ended, POLL).toBe(30);
    expect(most.get('a')).toBe(1);
  });

  it('L7: a node learns limits that change while the same nodes run', async () => {
    const node = await startNode(undefined);
    const store = await openStore();
    await store.setTypeLimits([{ type: 'limited', version: 1, limits: { running: 1 } }]);
    const enqueue = () => node.enqueue('limited', { tenant: 'a' });
    const grouped = () => database.rows('SELECT FROM greenvue_jobs.limit_keys');
    await expect.poll(async () => (await enqueue()) && (await grouped()).length, POLL).toBe(1);
  });

  it('L7: a failed read of changed limits is tried again', async () => {
    const known = new KnownLimits();
    const rows = [['limited', 1, '{"running":1}', false, 2]];
    const follow = (arrays: () => Promise<unknown[][]>) => known.follow(2, { arrays });
    expect(await follow(() => Promise.reject(new Error('down')))).toBe(false);
    expect(known.byType.size).toBe(0);
    expect(await follow(async () => rows)).toBe(true);
    expect(known.byType.get('limited')).toEqual({ running: 1 });
    expect(await follow(() => Promise.reject(new Error('read again')))).toBe(false);
  });

  it('L17: an edit of a job of a type without limits reads none of its runs into the node', async () => {
    const store = await openStore();
    await store.setTypeLimits([{ type: 'limited', version: 1, limits: { running: 1 } }]);
    for (const type of ['limited', 'free']) {
      await store.insertJob({ definition: definitionOf(type, { ...open, type }) });
      for (let n = 0; n < 3; n += 1) await store.command({ jobId: type, command: { kind: 'trigger' } });
    }
    const sent = vi.spyOn(pg.Client.prototype, 'query');
    onTestFinished(() => sent.mockRestore());
    /** Whether the edit of a job's priority read all of its live runs. */
    const editReads = async (jobId: string) => {
      sent.mockClear();
      const definition = definitionOf(jobId, { ...open, type: jobId, priority: 'high' });
      const edited = await store.command({ jobId, command: { kind: 'edit', definition } });
      expect(edited).toMatchObject({ kind: 'done' });
      return sent.mock.calls.some(([query]) => /SELECT live_runs\.id.*WHERE job_uid/s.test(textOf(query)));
    };
    expect(await editReads('limited')).toBe(true);
    expect(await editReads('free')).toBe(false);
  });

  it('L7: runs of a version that no node has get no look for each end of another run', async () => {
    const clock = createFakeClock(T0);
    const store = await openStore(clock);
    await store.setTypeLimits([{ type: 'noop', version: 1, limits: { running: 5 } }]);
    for (const [id, typeVersion] of [
      ['old', 1],
      ['new', 2],
    ] as const)
      await store.insertJob({ definition: definitionOf(id, { ...open, typeVersion }) });
    await store.command({ jobId: 'new', command: { kind: 'trigger' } });
    const looks = async () => {
      await store.command({ jobId: 'old', command: { kind: 'trigger' } });
      const { runs } = await store.claim({ node: 'node', types: TYPES, places: 5, prefetch: 0 });
      await store.settle(runs.map((run) => settlement(run, SUCCEEDED, clock.now())));
      return (await database.rows('SELECT FROM greenvue_jobs.limit_looks')).length;
    };
    clock.advance(2 * MINUTE);
    for (let n = 0; n < 20; n += 1) expect(await looks()).toBeLessThan(4);
  });

  it('L5: a prune removes the claims that a settlement of an older node has left, and no others', async () => {
    const store = await openStore(createFakeClock(T0));
    await store.setTypeLimits([{ type: 'noop', version: 1, limits: { running: 5 } }]);
    await store.insertJob({ definition: definitionOf('a', open) });
    for (let n = 0; n < 2; n += 1) await store.command({ jobId: 'a', command: { kind: 'trigger' } });
    const { runs } = await store.claim({ node: 'node', types: TYPES, places: 5, prefetch: 0 });
    await database.rows('DELETE FROM greenvue_jobs.live_runs WHERE id = $1', [Number(runs[0]?.id)]);
    await store.prune({ finishedPerJob: 9, skippedPerJob: 9, maxAgeMs: DAY, countsMaxAgeMs: DAY });
    const left = await database.rows('SELECT run_id::text FROM greenvue_jobs.limit_claims');
    expect(left).toEqual([{ run_id: runs[1]?.id }]);
  });

  it('L18: a node finds a run at which no claim would look', async () => {
    const engine = await startNode({ running: 1 });
    await engine.enqueue('limited', { tenant: 'a' }, { delay: '1s' });
    await database.rows('DELETE FROM greenvue_jobs.limit_looks');
    await expect.poll(() => ended, POLL).toBe(1);
  });

  it('L5: the room of a node that is killed is free when its run is taken back', async () => {
    await untilUpForLease(database.url);
    const { engine } = await startHoldNode(database.url);
    engines.push(engine);
    const options = { places: 5, limits: { running: 1 } };
    const [first, second] = await Promise.all([
      startNodeProcess(database.url, options),
      startNodeProcess(database.url, options),
    ]);
    onTestFinished(async () => {
      for (const node of [first, second]) node.signal('SIGKILL');
      await Promise.all([first.ended, second.ended]);
    });
    await engine.createJob({ id: 'job', name: 'Job', type: 'hold', onDemand: true, overlap: 'allow' });
    const runs = [await engine.trigger('job'), await engine.trigger('job')];
    const startedBy = (node: typeof first) => node.lines.filter(({ line }) => line.startsWith('started'));
    await expect.poll(() => [...startedBy(first), ...startedBy(second)].length, POLL).toBe(1);
    const [holder, other] = startedBy(first).length === 1 ? [first, second] : [second, first];
    holder.signal('SIGKILL');
    await expect.poll(() => startedBy(other).length, POLL).toBe(1);
    const started = startedBy(other)[0]?.line.split(' ')[1];
    expect(runs.map(({ run }) => run.id)).toContain(started);
    // The other run still waits: the killed node's room was taken once.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(startedBy(other)).toHaveLength(1);
  });
});
