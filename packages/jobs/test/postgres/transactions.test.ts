import { randomUUID } from 'node:crypto';
import { fastify } from 'fastify';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { jobsPlugin } from '../../src/fastify/index.ts';
import {
  createEngine,
  createSystemClock,
  defineJobType,
  type Engine,
  type JobContext,
  type JobInput,
} from '../../src/index.ts';
import { createPostgresStore } from '../../src/stores/postgres/index.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

interface Deps {
  handler(ctx: JobContext<unknown>): unknown;
}

const work = defineJobType({
  type: 'work',
  module: import.meta.url,
  payload: z.strictObject({ order: z.int().default(0) }),
  run: async (ctx, deps: Deps) => deps.handler(ctx),
});

const FREE = { id: 'free', name: 'Free', type: 'work', onDemand: true, overlap: 'allow' } as const;
const SINGLE = { id: 'single', name: 'Single', type: 'work', onDemand: true } as const;
/** Longer than anybody waits for a lock. */
const BUSY_AFTER_MS = { atLeast: 1_900, atMost: 5_000 };

let database: TestDatabase;
let engine: Engine;
const engines: Engine[] = [];
const clients: pg.Client[] = [];
let handler: Deps['handler'] = () => undefined;

beforeAll(async () => {
  database = await createTestDatabase(inject('postgresUrl'), `callers_${randomUUID().slice(0, 8)}`);
});
beforeEach(async () => {
  handler = () => undefined;
  engine = await startNode();
  await sql('CREATE TABLE IF NOT EXISTS orders (id integer PRIMARY KEY); TRUNCATE orders');
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()));
  await Promise.all(engines.splice(0).map((each) => each.stop()));
  await database.empty();
});
afterAll(() => database.drop());

async function startNode(concurrency = 10): Promise<Engine> {
  const clock = createSystemClock();
  const store = createPostgresStore({ url: database.url, clock });
  const made = createEngine<Deps>({
    store,
    jobTypes: [work],
    deps: { handler: (ctx) => handler(ctx) },
    clock,
    concurrency,
    shutdownTimeoutMs: 2_000,
  });
  engines.push(made);
  await made.start();
  return made;
}

/** A caller's connection, with `pg`'s own way to read rows, within a transaction. */
async function begin(how = ''): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  client.on('error', () => undefined);
  await client.connect();
  clients.push(client);
  await client.query(`BEGIN ${how}`);
  return client;
}

async function sql(text: string): Promise<readonly unknown[]> {
  const client = await begin();
  try {
    return (await client.query(`${text}; COMMIT`)) as unknown as readonly unknown[];
  } finally {
    clients.splice(clients.indexOf(client), 1);
    await client.end();
  }
}

/** Does the business of the caller: what the run is to exist with. */
async function order(tx: pg.Client, id: number): Promise<void> {
  await tx.query('INSERT INTO orders VALUES ($1)', [id]);
}

const orders = async () => {
  const client = await begin();
  return (await client.query('SELECT id FROM orders ORDER BY id')).rows.map(({ id }) => id);
};
const runsOf = async (jobId: string) =>
  (await engine.listRuns({ jobId, limit: 100 })).rows.map(({ run }) => run).reverse();
const statusOf = async (runId: string) => (await engine.getRun(runId)).run.status;

/** Statements in this database that wait for a lock. */
async function blocked(): Promise<unknown> {
  const client = await begin();
  const { rows } = await client.query(
    "SELECT count(*)::integer AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  );
  return rows[0]?.n;
}

async function busyIn(asked: Promise<unknown>): Promise<void> {
  const since = performance.now();
  await expect(asked).rejects.toMatchObject({ code: 'busy' });
  const took = performance.now() - since;
  expect(took).toBeGreaterThan(BUSY_AFTER_MS.atLeast);
  expect(took).toBeLessThan(BUSY_AFTER_MS.atMost);
}

describe("a trigger in a caller's transaction", () => {
  it.each([FREE, SINGLE])('exists if and only if that commits, and runs once it has: $id', async (job) => {
    await engine.createJob(job);
    const lost = await begin();
    await order(lost, 1);
    await engine.trigger(job.id, { tx: lost, payload: { order: 1 } });
    await lost.query('ROLLBACK');
    const kept = await begin();
    await order(kept, 2);
    const { view, duplicate } = await engine.trigger(job.id, { tx: kept, payload: { order: 2 } });
    expect(duplicate).toBe(false);
    expect(view).toMatchObject({ jobId: job.id, run: { status: 'queued', payload: '{"order":2}' } });
    expect(await runsOf(job.id)).toEqual([]);
    await kept.query('COMMIT');
    await expect.poll(() => statusOf(view.run.id)).toBe('succeeded');
    expect((await runsOf(job.id)).map(({ id }) => id)).toEqual([view.run.id]);
    expect(await orders()).toEqual([2]);
  });

  it('wakes nodes when it commits, the one that it was asked of as well', async () => {
    await engine.createJob(FREE);
    const tx = await begin();
    const { run } = (await engine.trigger('free', { tx })).view;
    await tx.query('COMMIT');
    const since = performance.now();
    await expect.poll(() => statusOf(run.id), { interval: 10 }).toBe('succeeded');
    // There is no other node whose looks would find it, and this one trusts what it knows for a minute.
    expect(performance.now() - since).toBeLessThan(5_000);
  });

  it('is told to who watches, when it commits', async () => {
    const told: string[] = [];
    const { unsubscribe } = engine.subscribe((event) => {
      if (event !== 'reset') told.push(`${event.type} ${event.jobId} ${event.runId ?? ''}`);
    });
    const lost = await begin();
    await engine.createJob({ ...FREE, id: 'lost' }, { tx: lost });
    await lost.query('ROLLBACK');
    const tx = await begin();
    await engine.createJob(FREE, { tx });
    const { run } = (await engine.trigger('free', { tx })).view;
    expect(told).toEqual([]);
    await tx.query('COMMIT');
    await expect.poll(() => told).toContain(`run.succeeded free ${run.id}`);
    expect(told.filter((one) => /created|queued/.test(one))).toEqual([
      'job.created free ',
      `run.queued free ${run.id}`,
    ]);
    unsubscribe();
  });

  it("goes with the caller's connection, and frees the job", async () => {
    await engine.createJob(SINGLE);
    const tx = await begin();
    await order(tx, 1);
    await engine.trigger('single', { tx });
    const { rows } = await tx.query('SELECT pg_backend_pid() AS pid');
    await sql(`SELECT pg_terminate_backend(${rows[0]?.pid})`);
    const { run } = (await engine.trigger('single')).view;
    await expect.poll(() => statusOf(run.id)).toBe('succeeded');
    expect((await runsOf('single')).map(({ id }) => id)).toEqual([run.id]);
    expect(await orders()).toEqual([]);
  });

  it('is audited as any other', async () => {
    await engine.createJob(FREE);
    const tx = await begin();
    await engine.trigger('free', { tx, dedupeKey: 'k' }, { by: 'user:7' });
    const audited = () => engine.listAudit({ limit: 10, action: 'job.trigger' });
    expect(await audited()).toEqual([]);
    await tx.query('COMMIT');
    expect(await audited()).toMatchObject([{ actor: 'user:7', target: 'free', change: '{"dedupeKey":"k"}' }]);
  });

  it('leaves the transaction usable when it is refused, and holds nothing', async () => {
    handler = (ctx) => new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
    await engine.createJob(SINGLE);
    const first = (await engine.trigger('single')).view.run.id;
    const tx = await begin();
    await order(tx, 1);
    await expect(engine.trigger('single', { tx })).rejects.toMatchObject({ code: 'conflict' });
    await expect(engine.trigger('nothing', { tx })).rejects.toMatchObject({ code: 'not_found' });
    await expect(engine.trigger('single', { tx, payload: { no: 1 } })).rejects.toMatchObject({
      code: 'invalid',
    });
    // Not held: another command need not wait for the end of the transaction.
    await engine.patchJob('single', { overlap: 'queue' });
    await tx.query('COMMIT');
    expect(await orders()).toEqual([1]);
    await engine.cancelRun(first);
  });

  it("leaves the caller's settings as they were", async () => {
    await engine.createJob(SINGLE);
    const tx = await begin();
    await tx.query("SET LOCAL lock_timeout = '7s'");
    await engine.trigger('single', { tx });
    await expect(engine.trigger('single', { tx })).rejects.toMatchObject({ code: 'conflict' });
    expect((await tx.query('SHOW lock_timeout')).rows).toEqual([{ lock_timeout: '7s' }]);
  });

  it('refuses what is no transaction', async () => {
    await engine.createJob(FREE);
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    await expect(engine.trigger('free', { tx: pool })).rejects.toThrow('BEGIN it first; a pool is none');
    await pool.end();
    expect(await runsOf('free')).toEqual([]);
  });
});

describe('under `allow`', () => {
  it('keeps nobody waiting: triggers, slots, settlements, pauses', async () => {
    await engine.createJob({ ...FREE, onDemand: undefined, interval: '1s' });
    const [one, other] = [await begin(), await begin()];
    await engine.trigger('free', { tx: one });
    await engine.trigger('free', { tx: other });
    const { run } = (await engine.trigger('free')).view;
    await expect.poll(() => statusOf(run.id)).toBe('succeeded');
    const slots = async () => (await runsOf('free')).filter(({ scheduledFor }) => scheduledFor !== undefined);
    await expect
      .poll(async () => (await slots()).map(({ status }) => status), { timeout: 10_000 })
      .toEqual(expect.arrayContaining(['succeeded', 'succeeded']));
    await engine.pauseJob('free');
    const before = (await runsOf('free')).length;
    await Promise.all([one.query('COMMIT'), other.query('COMMIT')]);
    // Both were asked for by hand, so that the pause does not hold them.
    await expect
      .poll(async () => (await runsOf('free')).map(({ status }) => status))
      .toEqual(Array.from({ length: before + 2 }, () => 'succeeded'));
  });

  it('P13: a deletion waits for it, answers `busy` after 2 s, and leaves no run without a job', async () => {
    await engine.stop();
    // Nobody runs it before the deletion can cancel it.
    engine = await startNode(0);
    await engine.createJob(FREE);
    const tx = await begin();
    const { run } = (await engine.trigger('free', { tx })).view;
    await Promise.all([
      busyIn(engine.deleteJob('free')),
      busyIn(engine.patchJob('free', { overlap: 'skip' })),
    ]);
    const deleted = engine.deleteJob('free');
    await tx.query('COMMIT');
    await deleted;
    expect(await statusOf(run.id)).toBe('cancelled');
    const late = await begin();
    await expect(engine.trigger('free', { tx: late })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('P15: a run with a time of its own changes the job, and so holds it', async () => {
    await engine.createJob(FREE);
    const tx = await begin();
    const { run } = (await engine.trigger('free', { tx, runAt: new Date(Date.now() + 1_500).toISOString() }))
      .view;
    await tx.query('COMMIT');
    await expect.poll(() => statusOf(run.id), { timeout: 10_000 }).toBe('succeeded');
  });

  it('P15: of two transactions with one dedupe key, one makes the run and the other waits for it', async () => {
    await engine.createJob(FREE);
    const [first, second] = [await begin(), await begin()];
    const made = await engine.trigger('free', { tx: first, dedupeKey: 'k' });
    const again = engine.trigger('free', { tx: second, dedupeKey: 'k' });
    await busyIn(again);
    const waiting = engine.trigger('free', { tx: second, dedupeKey: 'k' });
    const outside = engine.trigger('free', { dedupeKey: 'k' });
    // Only then have they looked for the key before it was there to be found.
    await expect.poll(blocked, { interval: 10 }).toBe(2);
    await first.query('COMMIT');
    for (const { view, duplicate } of await Promise.all([waiting, outside])) {
      expect(duplicate).toBe(true);
      expect(view.run.id).toBe(made.view.run.id);
    }
    await second.query('COMMIT');
    expect(await runsOf('free')).toHaveLength(1);
  });
});

describe('under `skip` and `queue`', () => {
  it('P7: slots wait for the commit, and then find the room taken', async () => {
    handler = (ctx) => new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
    await engine.createJob({ ...SINGLE, onDemand: undefined, interval: '1s' });
    const tx = await begin();
    const { run } = (await engine.trigger('single', { tx })).view;
    const { nextRunAt = 0 } = (await engine.getJob('single')).job;
    await expect.poll(() => Date.now(), { timeout: 10_000 }).toBeGreaterThan(nextRunAt + 1_000);
    expect(await runsOf('single')).toEqual([]);
    await tx.query('COMMIT');
    await expect
      .poll(async () => (await runsOf('single')).map(({ status }) => status))
      .toEqual(expect.arrayContaining(['running', 'skipped']));
    expect(await statusOf(run.id)).toBe('running');
    await engine.deleteJob('single');
  });

  it('P6: slots wait for a rollback as well, and then run', async () => {
    await engine.createJob({ ...SINGLE, onDemand: undefined, interval: '1s' });
    const tx = await begin();
    await engine.trigger('single', { tx });
    const { nextRunAt = 0 } = (await engine.getJob('single')).job;
    await expect.poll(() => Date.now(), { timeout: 10_000 }).toBeGreaterThan(nextRunAt + 500);
    await tx.query('ROLLBACK');
    const since = performance.now();
    await expect.poll(async () => (await runsOf('single')).length).toBeGreaterThan(0);
    expect(performance.now() - since).toBeLessThan(3_000);
  });

  it('other triggers, edits, pauses and cancels answer `busy` after 2 s, in other transactions as well', async () => {
    await engine.createJob(SINGLE);
    await engine.createJob(FREE);
    const [holder, other] = [await begin(), await begin()];
    await engine.trigger('single', { tx: holder });
    await order(other, 1);
    await Promise.all([
      busyIn(engine.trigger('single')),
      busyIn(engine.pauseJob('single')),
      busyIn(engine.trigger('single', { tx: other })),
    ]);
    await engine.trigger('free', { tx: other });
    await other.query('COMMIT');
    expect(await orders()).toEqual([1]);
    await holder.query('COMMIT');
    await expect.poll(async () => (await runsOf('free')).map(({ status }) => status)).toEqual(['succeeded']);
  });

  it('a crowd that waits for one job keeps nobody from the others', async () => {
    await engine.createJob(SINGLE);
    await engine.createJob(FREE);
    const holder = await begin();
    await engine.trigger('single', { tx: holder });
    const since = performance.now();
    const crowd = Array.from({ length: 100 }, () => engine.trigger('single').catch(({ code }) => code));
    const { run } = (await engine.trigger('free')).view;
    await expect.poll(() => statusOf(run.id)).toBe('succeeded');
    expect(performance.now() - since).toBeLessThan(1_800);
    expect(new Set(await Promise.all(crowd))).toEqual(new Set(['busy']));
    expect(performance.now() - since).toBeLessThan(8_000);
  });

  it('over REST, that is a 503 with Retry-After', async () => {
    await engine.createJob(SINGLE);
    const tx = await begin();
    await engine.trigger('single', { tx });
    const app = fastify();
    await app.register(jobsPlugin, { prefix: '/api', engine, authorize: false });
    const answer = await app.inject({ method: 'POST', url: '/api/jobs/single/runs' });
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('2');
    expect(answer.json()).toMatchObject({ status: 503, detail: expect.stringContaining('transaction') });
    await app.close();
  });

  it('P10: what has ended of the job is settled after the commit; other jobs go on', async () => {
    const ends: (() => void)[] = [];
    handler = (ctx) => (ctx.job.id === 'single' ? new Promise<void>((end) => ends.push(end)) : undefined);
    await engine.createJob({ ...SINGLE, overlap: 'queue' });
    await engine.createJob(FREE);
    const first = (await engine.trigger('single')).view.run.id;
    await expect.poll(() => ends.length).toBe(1);
    const tx = await begin();
    const second = (await engine.trigger('single', { tx })).view.run;
    expect(second).toMatchObject({ held: 'overlap' });
    ends[0]?.();
    for (let n = 0; n < 5; n++) {
      const { run } = (await engine.trigger('free')).view;
      await expect.poll(() => statusOf(run.id), { interval: 10 }).toBe('succeeded');
    }
    expect(await statusOf(first)).toBe('running');
    await tx.query('COMMIT');
    await expect.poll(() => statusOf(first)).toBe('succeeded');
    await expect.poll(() => ends.length).toBe(2);
    ends[1]?.();
    await expect.poll(() => statusOf(second.id)).toBe('succeeded');
  });

  it('P9: the dead runs of the job are taken back after the end of the transaction, others at once', async () => {
    const clock = createSystemClock();
    const store = createPostgresStore({ url: database.url, clock });
    await store.open();
    await engine.stop();
    engines.splice(0);
    const input = { types: { work: 1 }, places: 10, prefetch: 0 };
    const definition = async (job: JobInput) => {
      const made = await startNode(0);
      await made.createJob(job);
      await made.trigger(job.id);
    };
    await definition(SINGLE);
    await definition(FREE);
    const { runs } = await store.claim({ node: 'gone', ...input });
    expect(runs).toHaveLength(2);
    const holder = await begin();
    await holder.query("SELECT FROM greenvue_jobs.jobs WHERE id = 'single' FOR NO KEY UPDATE");
    expect(await store.recover({ node: 'self' })).toEqual({ recovered: 1, failed: 0 });
    await holder.query('COMMIT');
    // A living node notices with one of its beats.
    await expect
      .poll(async () => (await store.claim({ node: 'next', ...input })).runs.length, { timeout: 15_000 })
      .toBe(2);
    await store.close();
  });

  it('a shutdown does not wait for the transaction', async () => {
    const ends: (() => void)[] = [];
    handler = () => new Promise<void>((end) => ends.push(end));
    await engine.createJob({ ...SINGLE, overlap: 'queue' });
    const { run } = (await engine.trigger('single')).view;
    await expect.poll(() => statusOf(run.id)).toBe('running');
    const tx = await begin();
    await engine.trigger('single', { tx });
    ends[0]?.();
    const since = performance.now();
    await engine.stop();
    engines.splice(0);
    expect(performance.now() - since).toBeLessThan(10_000);
  });
});

describe('a job made in a transaction', () => {
  it('exists, with its first slot, if and only if that commits', async () => {
    const [lost, kept] = [await begin(), await begin()];
    await engine.createJob({ ...SINGLE, id: 'a', onDemand: undefined, interval: '1s' }, { tx: lost });
    const { job } = await engine.createJob(
      { ...SINGLE, id: 'b', onDemand: undefined, interval: '1s' },
      { tx: kept, by: 'user:7' },
    );
    expect(job).toMatchObject({ id: 'b', createdBy: 'user:7', status: 'active' });
    await expect(engine.getJob('b')).rejects.toMatchObject({ code: 'not_found' });
    await lost.query('ROLLBACK');
    await kept.query('COMMIT');
    await expect.poll(async () => (await runsOf('b')).length, { timeout: 10_000 }).toBeGreaterThan(0);
    await expect(engine.getJob('a')).rejects.toMatchObject({ code: 'not_found' });
    expect(await engine.listAudit({ limit: 10, action: 'job.create' })).toMatchObject([
      { actor: 'user:7', target: 'b' },
    ]);
  });

  it('can be triggered in it', async () => {
    const tx = await begin();
    await engine.createJob({ ...SINGLE, payload: { order: 5 } }, { tx });
    const { run } = (await engine.trigger('single', { tx })).view;
    await tx.query('COMMIT');
    await expect.poll(() => statusOf(run.id)).toBe('succeeded');
  });

  it('says that the id exists, and is waited for by others who want it', async () => {
    const [one, other] = [await begin(), await begin()];
    await order(other, 1);
    await engine.createJob(SINGLE, { tx: one });
    await Promise.all([busyIn(engine.createJob(SINGLE)), busyIn(engine.createJob(SINGLE, { tx: other }))]);
    await one.query('COMMIT');
    await expect(engine.createJob(SINGLE, { tx: other })).rejects.toMatchObject({ code: 'exists' });
    await expect(
      engine.createJob({ ...SINGLE, onDemand: undefined, interval: 'often' }, { tx: other }),
    ).rejects.toMatchObject({ code: 'invalid' });
    await other.query('COMMIT');
    expect(await orders()).toEqual([1]);
  });
});

describe.each(['REPEATABLE READ', 'SERIALIZABLE'])('in %s', (level) => {
  it('works, and the run exists with the commit', async () => {
    await engine.createJob(SINGLE);
    const tx = await begin(`ISOLATION LEVEL ${level}`);
    await order(tx, 1);
    await engine.createJob({ ...SINGLE, id: 'new' }, { tx });
    const runs = [await engine.trigger('single', { tx }), await engine.trigger('new', { tx })];
    await tx.query('COMMIT');
    for (const { view } of runs) await expect.poll(() => statusOf(view.run.id)).toBe('succeeded');
  });

  it.each([SINGLE, FREE])('fails with 40001 if the job has changed since its start: $id', async (job) => {
    await engine.createJob(job);
    const tx = await begin(`ISOLATION LEVEL ${level}`);
    await order(tx, 1);
    await engine.patchJob(job.id, { name: 'New' });
    await expect(engine.trigger(job.id, { tx })).rejects.toMatchObject({ code: '40001' });
  });

  it('P7: takes no room that was taken since its start', async () => {
    handler = (ctx) => new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
    await engine.createJob({ ...SINGLE });
    const tx = await begin(`ISOLATION LEVEL ${level}`);
    await order(tx, 1);
    const { run } = (await engine.trigger('single')).view;
    await expect(engine.trigger('single', { tx })).rejects.toMatchObject({ code: '40001' });
    await tx.query('ROLLBACK');
    await engine.cancelRun(run.id);
  });
});
