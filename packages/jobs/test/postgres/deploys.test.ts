import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { createEngine } from '../../src/engine/engine.ts';
import { defineJobType, type Engine, type JobType } from '../../src/index.ts';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { silentLogger } from '../silent-logger.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

interface Deps {
  ran(runId: string): void;
}

/** The job type in one build of the program. */
const typeOf = (version: number): JobType<Deps> =>
  defineJobType({
    type: 'work',
    version,
    module: import.meta.url,
    payload: z.strictObject(version === 1 ? {} : { more: z.boolean().optional() }),
    run: async ({ run }, deps: Deps) => deps.ran(run.id),
  });

let database: TestDatabase;
const engines: Engine[] = [];

beforeAll(async () => {
  database = await createTestDatabase(inject('postgresUrl'), 'deploys');
});
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.stop()));
  await database.empty();
});
afterAll(() => database.drop());

/** A node of a build with this version of the type, or without the type. */
async function deploy(
  version: number | undefined,
  concurrency = 5,
): Promise<{ engine: Engine; ran: string[] }> {
  const clock = createSystemClock();
  const ran: string[] = [];
  const engine = createEngine<Deps>({
    store: createPostgresStore({ url: database.url, clock }),
    jobTypes: version === undefined ? [] : [typeOf(version)],
    deps: { ran: (runId) => ran.push(runId) },
    clock,
    concurrency,
    logger: silentLogger,
  });
  engines.push(engine);
  await engine.start();
  return { engine, ran };
}

const POLL = { interval: 50 };
const onDemand = (id: string) => ({ id, name: id, type: 'work', onDemand: true }) as const;
const healthOf = async (engine: Engine, id: string) => (await engine.getJob(id)).health;
const jobsOf = async (engine: Engine, health: 'ok' | 'no_handler') =>
  (await engine.listJobs({ health, sort: 'id', descending: false, limit: 9 })).rows.map(({ job }) => job.id);

// Promises P6, catch-up; P16, edit; P22, types and deploys. Lessons 2, deploys of several nodes; 6, slots
// missed in a deploy.
describe('types and deploys, on several nodes', () => {
  it('all nodes of a deploy put the same job: one makes it, and its next run stays', async () => {
    const nodes = (await Promise.all([deploy(1), deploy(1), deploy(1)])).map(({ engine }) => engine);
    const put = (engine: Engine, interval: string) =>
      engine.putJob({ id: 'hourly', name: 'Hourly', type: 'work', interval });
    const first = await Promise.all(nodes.map((each) => put(each, '1h')));
    expect(first.filter(({ created }) => created)).toHaveLength(1);
    const [job] = first.map((made) => made.job);
    const next = await Promise.all(nodes.flatMap((each) => [put(each, '60m'), put(each, '1h')]));
    for (const { created, job: now } of next) {
      expect(created).toBe(false);
      expect(now).toEqual(job);
    }
  });

  it('health considers all live nodes, on every node: no_handler is a job that none of them can run', async () => {
    const today = await deploy(1);
    const next = await deploy(2);
    const without = await deploy(undefined);
    const apiOnly = await deploy(2, 0);
    const all = [today, next, without, apiOnly].map(({ engine }) => engine);
    const allSay = (ok: string[], none: string[]) =>
      expect
        .poll(
          () =>
            Promise.all(
              all.map(async (each) => [await jobsOf(each, 'ok'), await jobsOf(each, 'no_handler')]),
            ),
          POLL,
        )
        .toEqual(all.map(() => [ok, none]));

    await today.engine.createJob(onDemand('a-today'));
    const made = await apiOnly.engine.createJob(onDemand('b-next'));
    expect(made.health).toEqual({ status: 'ok' });
    await allSay(['a-today', 'b-next'], []);
    for (const each of all) expect(await healthOf(each, 'b-next')).toEqual({ status: 'ok' });

    await next.engine.stop();
    all.splice(all.indexOf(next.engine), 1);
    await allSay(['a-today'], ['b-next']);
    for (const each of all)
      expect(await healthOf(each, 'b-next')).toMatchObject({
        status: 'no_handler',
        reason: 'the job needs version 2 of work, the running nodes have 1',
      });

    await today.engine.stop();
    all.splice(all.indexOf(today.engine), 1);
    await allSay([], ['a-today', 'b-next']);
    for (const each of all)
      expect(await healthOf(each, 'a-today')).toMatchObject({
        status: 'no_handler',
        reason: 'no running node has the job type work',
      });
  });

  it('a node claims only the types it has, in that version or a newer one', async () => {
    const today = await deploy(1);
    const next = await deploy(2);
    await deploy(undefined);
    await today.engine.createJob({ ...onDemand('today'), overlap: 'allow' });
    await next.engine.createJob({ ...onDemand('next'), overlap: 'allow' });
    // Asks each node in turn: the node that is asked looks first.
    const triggered = async (id: string) => {
      const ids: string[] = [];
      for (let n = 0; n < 10; n++) {
        ids.push((await today.engine.trigger(id)).run.id);
        ids.push((await next.engine.trigger(id)).run.id);
      }
      return ids;
    };
    const ofNext = await triggered('next');
    await expect.poll(() => next.ran.toSorted(), POLL).toEqual(ofNext.toSorted());
    expect(today.ran).toEqual([]);
    await today.engine.stop();
    const { run } = await next.engine.trigger('today');
    await expect.poll(() => next.ran, POLL).toContain(run.id);
  });

  it('a payload for one run that only a newer version takes is for nodes that have that version', async () => {
    const today = await deploy(1);
    const next = await deploy(2, 0);
    await today.engine.createJob({ ...onDemand('today'), overlap: 'allow' });
    const { run } = await next.engine.trigger('today', { payload: { more: true } });
    const { run: plain } = await next.engine.trigger('today');
    await expect.poll(() => today.ran, POLL).toEqual([plain.id]);
    const both = await deploy(2);
    await expect.poll(() => both.ran, POLL).toEqual([run.id]);
    // Either its handler has begun, or the repeated run has ended.
    const status = async () => (await next.engine.getRun(run.id)).run.status;
    await expect.poll(status, POLL).toBe('succeeded');
    const again = await next.engine.retryRun(run.id);
    await expect.poll(() => both.ran, POLL).toEqual([run.id, again.run.id]);
    await expect(today.engine.retryRun(run.id)).rejects.toMatchObject({
      code: 'invalid',
      faults: [{ pointer: '/payload/more' }],
    });
    // If the job itself asked for the newer version, no older node would run it anyway.
    const asked = await next.engine.putJob({
      ...onDemand('today'),
      overlap: 'allow',
      name: 'Next',
    });
    expect(asked.job.typeVersion).toBe(2);
    const third = await today.engine.retryRun(run.id);
    await expect.poll(() => both.ran, POLL).toEqual([run.id, again.run.id, third.run.id]);
    await next.engine.deleteJob('today');
    await expect(today.engine.retryRun(run.id)).rejects.toMatchObject({ code: 'not_found' });
    expect(today.ran).toEqual([plain.id]);
  });

  it("so is one in a caller's transaction, where no node has had that version before", async () => {
    const today = await deploy(1);
    const newest = await deploy(3, 0);
    await today.engine.createJob({ ...onDemand('today'), overlap: 'allow' });
    const tx = new pg.Client({ connectionString: database.url });
    await tx.connect();
    await tx.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    const { run } = await newest.engine.trigger('today', { tx, payload: { more: true } });
    await tx.query('COMMIT');
    await tx.end();
    const able = await deploy(3);
    await expect.poll(() => able.ran, POLL).toEqual([run.id]);
    expect(today.ran).toEqual([]);
  });

  it('slots of a type that no live node has pass, and catch-up applies when one appears', async () => {
    const next = await deploy(2);
    const today = await deploy(1);
    await next.engine.createJob({ id: 'tick', name: 'Tick', type: 'work', interval: '2s' });
    await next.engine.stop();
    const view = async () => (await today.engine.getJob('tick')).job;
    const runsOf = async (engine: Engine) =>
      (await engine.listRuns({ jobId: 'tick', limit: 9 })).rows.map(({ run }) => run).toReversed();
    const { nextRunAt: passed = 0 } = await view();
    const before = await runsOf(today.engine);
    await expect.poll(async () => (await today.engine.stats()).now, POLL).toBeGreaterThan(passed + 5_000);
    expect(await runsOf(today.engine)).toEqual(before);
    expect((await view()).nextRunAt).toBe(passed);

    const again = await deploy(2);
    await expect
      .poll(async () => (await runsOf(again.engine))[before.length], POLL)
      .toMatchObject({
        status: 'succeeded',
        catchUp: true,
        missedFrom: passed,
        missed: expect.toSatisfy((missed: number) => missed >= 3),
      });
  });
});
