import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import type { Transaction } from '../../src/index.ts';
import { postgres } from '../../src/stores/postgres/index.ts';
import { busyIn, type Callers, createCallers, FREE, order, SINGLE } from './callers.ts';
import { testNodes } from './test-nodes.ts';

const nodes = testNodes('callers');
const DAY = 86_400_000;
const BACKLOG = 16_000;

let h: Callers;
beforeEach(async () => {
  h = await createCallers(nodes);
});
afterEach(() => h.close());

// Promises P15, run now; P18, bounds.
describe("a trigger in a caller's transaction", () => {
  it.each([FREE, SINGLE])('exists if and only if that commits, and runs once it has: $id', async (job) => {
    await h.engine.createJob(job);
    const lost = await h.begin();
    await order(lost, 1);
    await h.engine.trigger(job.id, { tx: lost, payload: { order: 1 } });
    await lost.query('ROLLBACK');
    const kept = await h.begin();
    await order(kept, 2);
    const made = await h.engine.trigger(job.id, { tx: kept, payload: { order: 2 } });
    expect(made).toMatchObject({
      duplicate: false,
      jobId: job.id,
      run: { status: 'queued', payload: '{"order":2}' },
    });
    expect(await h.runsOf(job.id)).toEqual([]);
    await kept.query('COMMIT');
    await expect.poll(() => h.statusOf(made.run.id)).toBe('succeeded');
    expect((await h.runsOf(job.id)).map(({ id }) => id)).toEqual([made.run.id]);
    expect(await h.orders()).toEqual([2]);
  });

  it('keeps the trace of its caller', async () => {
    const store = postgres(nodes.url());
    await store.open();
    onTestFinished(() => store.close());
    await h.engine.createJob(FREE);
    const tx = await h.begin();
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const asked = { jobId: 'free', command: { kind: 'trigger', trace } } as const;
    expect(await store.within?.(tx).trigger(asked)).toMatchObject({ kind: 'done', queued: [{ trace }] });
    await tx.query('COMMIT');
  });

  it('wakes nodes when it commits, the one that it was asked of as well', async () => {
    await h.engine.createJob(FREE);
    const tx = await h.begin();
    const { run } = await h.engine.trigger('free', { tx });
    await tx.query('COMMIT');
    const since = performance.now();
    await expect.poll(() => h.statusOf(run.id), { interval: 10 }).toBe('succeeded');
    // No other node would find it, and this one trusts its own counts for a minute.
    expect(performance.now() - since).toBeLessThan(5_000);
  });

  it('reaches subscribers when it commits', async () => {
    const events: string[] = [];
    const { unsubscribe } = h.engine.subscribe((event) => {
      if (event !== 'reset') events.push(`${event.type} ${event.jobId} ${event.runId ?? ''}`);
    });
    const lost = await h.begin();
    await h.engine.createJob({ ...FREE, id: 'lost' }, { tx: lost });
    await lost.query('ROLLBACK');
    const tx = await h.begin();
    await h.engine.createJob(FREE, { tx });
    const { run } = await h.engine.trigger('free', { tx });
    expect(events).toEqual([]);
    await tx.query('COMMIT');
    await expect.poll(() => events).toContain(`run.succeeded free ${run.id}`);
    expect(events.filter((one) => /created|queued/.test(one))).toEqual([
      'job.created free ',
      `run.queued free ${run.id}`,
    ]);
    unsubscribe();
  });

  it("goes with the caller's connection, and frees the job", async () => {
    await h.engine.createJob(SINGLE);
    const tx = await h.begin();
    await order(tx, 1);
    await h.engine.trigger('single', { tx });
    const { rows } = await tx.query('SELECT pg_backend_pid() AS pid');
    await h.sql(`SELECT pg_terminate_backend(${rows[0]?.pid})`);
    const { run } = await h.engine.trigger('single');
    await expect.poll(() => h.statusOf(run.id)).toBe('succeeded');
    expect((await h.runsOf('single')).map(({ id }) => id)).toEqual([run.id]);
    expect(await h.orders()).toEqual([]);
  });

  it('answers a dedupe key with its run, also when the run is pruned at that moment', async () => {
    const store = postgres(nodes.url());
    await store.open();
    onTestFinished(() => store.close());
    await h.engine.createJob(FREE);
    const { run } = await h.engine.trigger('free', { key: 'k' });
    for (let n = 0; n < 12; n += 1) await h.engine.trigger('free');
    const statuses = async () => new Set((await h.runsOf('free')).map(({ status }) => status));
    await expect.poll(statuses).toEqual(new Set(['succeeded']));
    const tx = await h.begin();
    const retention = { finishedPerJob: 5, skippedPerJob: 5, maxAgeMs: DAY, countsMaxAgeMs: DAY };
    const pruning: Transaction = {
      async query(text, values) {
        const answer = await tx.query(text, [...values]);
        if (text.includes('pruned_run')) await store.prune(retention);
        return answer;
      },
    };
    const again = await h.engine.trigger('free', { tx: pruning, key: 'k' });
    expect([again.duplicate, again.run.id]).toEqual([true, run.id]);
    expect((await h.runsOf('free')).map(({ id }) => id)).not.toContain(run.id);
    await tx.query('COMMIT');
  });

  it('two at once on one connection come one after the other: what one undoes is its own', async () => {
    await h.engine.createJob(FREE);
    const tx = await h.begin();
    const made = h.engine.createJob({ ...FREE, id: 'new' }, { tx });
    const refused = h.engine.createJob(FREE, { tx });
    await expect(refused).rejects.toMatchObject({ code: 'exists' });
    await made;
    await tx.query('COMMIT');
    expect((await h.engine.getJob('new')).job.id).toBe('new');
  });

  it('while it locks a job, no more runs are claimed after a bounded number has ended', async () => {
    let ran = 0;
    h.handler = async () => {
      ran += 1;
      await new Promise((resolve) => setTimeout(resolve, 3));
    };
    await h.engine.createJob(FREE);
    const tx = await h.begin();
    await tx.query("SELECT FROM greenvue_jobs.jobs WHERE id = 'free' FOR UPDATE");
    await h.sql(`INSERT INTO greenvue_jobs.live_runs (id, job_uid, type_key, trigger, catch_up, missed, queued_at, held, available_at)
      SELECT nextval('greenvue_jobs.ids'), uid, type_key, 'manual', false, 0, 0, 'no', 0
      FROM greenvue_jobs.jobs, generate_series(1, ${BACKLOG}) WHERE jobs.id = 'free'`);
    await h.engine.createJob(SINGLE);
    await h.engine.trigger('single');
    await expect.poll(() => ran).toBeGreaterThan(1_000);
    let before = -1;
    const goesOn = async () => {
      const went = ran > before;
      before = ran;
      return went;
    };
    await expect.poll(goesOn, { interval: 1_000 }).toBe(false);
    expect(ran).toBeLessThan(BACKLOG / 2);
    await tx.query('COMMIT');
    await expect
      // It counts all runs of the backlog.
      .poll(async () => (await h.engine.stats()).runs, { interval: 250 })
      .toMatchObject({ queued: 0, running: 0 });
    expect(ran).toBe(BACKLOG + 1);
  });

  it('has an entry in the audit', async () => {
    await h.engine.createJob(FREE);
    const tx = await h.begin();
    await h.engine.trigger('free', { tx, key: 'k' }, { by: 'user:7' });
    const audited = () => h.engine.listAudit({ limit: 10, action: 'job.trigger' });
    expect(await audited()).toEqual([]);
    await tx.query('COMMIT');
    expect(await audited()).toMatchObject([{ actor: 'user:7', target: 'free', change: '{"key":"k"}' }]);
  });

  it('leaves the transaction usable when it is refused, and holds nothing', async () => {
    h.handler = (ctx) => new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
    await h.engine.createJob(SINGLE);
    const first = (await h.engine.trigger('single')).run.id;
    const tx = await h.begin();
    await order(tx, 1);
    await expect(h.engine.trigger('single', { tx })).rejects.toMatchObject({ code: 'conflict' });
    await expect(h.engine.trigger('nothing', { tx })).rejects.toMatchObject({ code: 'not_found' });
    await expect(h.engine.trigger('single', { tx, payload: { no: 1 } })).rejects.toMatchObject({
      code: 'invalid',
    });
    // No lock is held: another command need not wait for the end of the transaction.
    await h.engine.patchJob('single', { overlap: 'queue' });
    await tx.query('COMMIT');
    expect(await h.orders()).toEqual([1]);
    await h.engine.cancelRun(first);
  });

  it("leaves the caller's settings as they were", async () => {
    await h.engine.createJob(SINGLE);
    const tx = await h.begin();
    await tx.query("SET LOCAL lock_timeout = '7s'");
    await h.engine.trigger('single', { tx });
    await expect(h.engine.trigger('single', { tx })).rejects.toMatchObject({ code: 'conflict' });
    expect((await tx.query('SHOW lock_timeout')).rows).toEqual([{ lock_timeout: '7s' }]);
  });

  it('takes rows with other names of columns, as a library may give them', async () => {
    await h.engine.createJob(SINGLE);
    const tx = await h.begin();
    await tx.query("SET LOCAL lock_timeout = '7s'");
    const camelCased = (row: object) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
          value,
        ]),
      );
    const query = async (text: string, values: readonly unknown[]) => {
      const { rows } = await tx.query<object>(text, [...values]);
      return { rows: rows.map(camelCased) };
    };
    await h.engine.trigger('single', { tx: { query } });
    expect((await tx.query('SHOW lock_timeout')).rows).toEqual([{ lock_timeout: '7s' }]);
  });

  it('refuses a failed transaction, and one of another database, with an error that says why', async () => {
    await h.engine.createJob(FREE);
    const failed = await h.begin();
    await expect(failed.query('SELECT 1 / 0')).rejects.toThrow('division by zero');
    await expect(h.engine.trigger('free', { tx: failed })).rejects.toThrow('has failed before: ROLLBACK it');
    const elsewhere = new pg.Client({ connectionString: inject('postgresUrl') });
    await elsewhere.connect();
    onTestFinished(() => elsewhere.end());
    await elsewhere.query('BEGIN');
    await expect(h.engine.trigger('free', { tx: elsewhere })).rejects.toThrow('in another database');
    await elsewhere.query('ROLLBACK; BEGIN');
    await expect(h.engine.createJob({ ...FREE, id: 'b' }, { tx: elsewhere })).rejects.toThrow(
      'in another database',
    );
  });

  it('refuses a client without a transaction', async () => {
    await h.engine.createJob(FREE);
    const pool = new pg.Pool({ connectionString: nodes.url(), max: 1 });
    await expect(h.engine.trigger('free', { tx: pool })).rejects.toThrow('BEGIN it first; a pool is none');
    await pool.end();
    expect(await h.runsOf('free')).toEqual([]);
  });
});

describe('a job made in a transaction', () => {
  it('exists, with its first slot, if and only if that commits', async () => {
    const [lost, kept] = [await h.begin(), await h.begin()];
    await h.engine.createJob({ ...SINGLE, id: 'a', onDemand: undefined, interval: '1s' }, { tx: lost });
    const { job } = await h.engine.createJob(
      { ...SINGLE, id: 'b', onDemand: undefined, interval: '1s' },
      { tx: kept, by: 'user:7' },
    );
    expect(job).toMatchObject({ id: 'b', createdBy: 'user:7', status: 'active' });
    await expect(h.engine.getJob('b')).rejects.toMatchObject({ code: 'not_found' });
    await lost.query('ROLLBACK');
    await kept.query('COMMIT');
    await expect.poll(async () => (await h.runsOf('b')).length).toBeGreaterThan(0);
    await expect(h.engine.getJob('a')).rejects.toMatchObject({ code: 'not_found' });
    expect(await h.engine.listAudit({ limit: 10, action: 'job.create' })).toMatchObject([
      { actor: 'user:7', target: 'b' },
    ]);
  });

  it('can be triggered in it', async () => {
    const tx = await h.begin();
    await h.engine.createJob({ ...SINGLE, payload: { order: 5 } }, { tx });
    const { run } = await h.engine.trigger('single', { tx });
    await tx.query('COMMIT');
    await expect.poll(() => h.statusOf(run.id)).toBe('succeeded');
  });

  it('reports that the id exists, and others who want the id wait for it', async () => {
    const [one, other] = [await h.begin(), await h.begin()];
    await order(other, 1);
    await h.engine.createJob(SINGLE, { tx: one });
    await Promise.all([
      busyIn(h.engine.createJob(SINGLE)),
      busyIn(h.engine.createJob(SINGLE, { tx: other })),
    ]);
    await one.query('COMMIT');
    await expect(h.engine.createJob(SINGLE, { tx: other })).rejects.toMatchObject({ code: 'exists' });
    await expect(
      h.engine.createJob({ ...SINGLE, onDemand: undefined, interval: 'often' }, { tx: other }),
    ).rejects.toMatchObject({ code: 'invalid' });
    await other.query('COMMIT');
    expect(await h.orders()).toEqual([1]);
  });
});

describe.each(['REPEATABLE READ', 'SERIALIZABLE'])('in %s', (level) => {
  it('the first job of a type is made', async () => {
    const tx = await h.begin(`ISOLATION LEVEL ${level}`);
    // From here on the transaction reads this snapshot.
    await tx.query('SELECT FROM greenvue_jobs.jobs');
    await h.engine.createJob(FREE, { tx });
    await tx.query('COMMIT');
    expect((await h.engine.getJob('free')).job.id).toBe('free');
  });

  it('works, and the run exists with the commit', async () => {
    await h.engine.createJob(SINGLE);
    const tx = await h.begin(`ISOLATION LEVEL ${level}`);
    await order(tx, 1);
    await h.engine.createJob({ ...SINGLE, id: 'new' }, { tx });
    const runs = [await h.engine.trigger('single', { tx }), await h.engine.trigger('new', { tx })];
    await tx.query('COMMIT');
    for (const { run } of runs) await expect.poll(() => h.statusOf(run.id)).toBe('succeeded');
  });

  it.each([SINGLE, FREE])('fails with 40001 if the job has changed since its start: $id', async (job) => {
    await h.engine.createJob(job);
    const tx = await h.begin(`ISOLATION LEVEL ${level}`);
    await order(tx, 1);
    await h.engine.patchJob(job.id, { name: 'New' });
    await expect(h.engine.trigger(job.id, { tx })).rejects.toMatchObject({ code: '40001' });
  });

  // Promise P7, overlap.
  it('takes no room that was taken since its start', async () => {
    h.handler = (ctx) => new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
    await h.engine.createJob({ ...SINGLE });
    const tx = await h.begin(`ISOLATION LEVEL ${level}`);
    await order(tx, 1);
    const { run } = await h.engine.trigger('single');
    await expect(h.engine.trigger('single', { tx })).rejects.toMatchObject({ code: '40001' });
    await tx.query('ROLLBACK');
    await h.engine.cancelRun(run.id);
  });
});
