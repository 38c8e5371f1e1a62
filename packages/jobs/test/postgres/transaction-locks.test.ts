import { fastify } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isLiveRun } from '../../src/core/model/run.ts';
import { jobsPlugin } from '../../src/fastify/index.ts';
import type { JobInput } from '../../src/index.ts';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { busyIn, type Callers, createCallers, FREE, order, SINGLE } from './callers.ts';
import { testNodes } from './test-nodes.ts';

const nodes = testNodes('locks');
let h: Callers;
beforeEach(async () => {
  h = await createCallers(nodes);
});
afterEach(() => h.close());

it('a command that waits behind a locked table is dropped once its caller has given up', async () => {
  await h.engine.createJob(FREE);
  const tx = await h.begin();
  await tx.query('LOCK TABLE greenvue_jobs.jobs IN ACCESS EXCLUSIVE MODE');
  const gone = new AbortController();
  const asked = { signal: gone.signal };
  const answers = Array.from({ length: 20 }, () =>
    h.engine.trigger('free', {}, asked).then(
      () => 'done',
      ({ code }: { readonly code: string }) => code,
    ),
  );
  await expect.poll(h.blocked, { interval: 10 }).toBeGreaterThan(0);
  gone.abort();
  await tx.query('COMMIT');
  const codes = await Promise.all(answers);
  // Statements that were already sent continue, at most a few.
  expect(codes.filter((code) => code === 'aborted').length).toBeGreaterThanOrEqual(15);
  expect(await h.runsOf('free')).toHaveLength(codes.filter((code) => code === 'done').length);
});

// Promises P13, delete; P15, run now.
describe('under `allow`', () => {
  it('blocks no other work: triggers, slots, settlements, pauses', async () => {
    await h.engine.createJob({ ...FREE, onDemand: undefined, interval: '1s' });
    const [one, other] = [await h.begin(), await h.begin()];
    await h.engine.trigger('free', { tx: one });
    await h.engine.trigger('free', { tx: other });
    const { run } = await h.engine.trigger('free');
    await expect.poll(() => h.statusOf(run.id)).toBe('succeeded');
    const slots = async () =>
      (await h.runsOf('free')).filter(({ scheduledFor }) => scheduledFor !== undefined);
    await expect
      .poll(async () => (await slots()).map(({ status }) => status))
      .toEqual(expect.arrayContaining(['succeeded', 'succeeded']));
    await h.engine.pauseJob('free');
    const before = (await h.runsOf('free')).length;
    await Promise.all([one.query('COMMIT'), other.query('COMMIT')]);
    // Both are manual runs, so the pause does not hold them.
    await expect
      .poll(async () => (await h.runsOf('free')).map(({ status }) => status))
      .toEqual(Array.from({ length: before + 2 }, () => 'succeeded'));
  });

  it('nor does an edit that waits for it keep others waiting, or have them give up', async () => {
    await h.engine.createJob(FREE);
    const tx = await h.begin();
    await h.engine.trigger('free', { tx });
    const edits = ['One', 'Two'].map((name) =>
      h.engine.patchJob('free', { name }).then(
        () => 'done',
        ({ code }: { readonly code: string }) => code,
      ),
    );
    // One node waits for the job; the other waits for the first.
    await expect.poll(h.blocked, { interval: 10 }).toBe(1);
    const others = Promise.all([h.engine.trigger('free'), h.engine.pauseJob('free')]).then(() => 'others');
    expect(await Promise.race([others, ...edits])).toBe('others');
    expect(await Promise.all(edits)).toEqual(['busy', 'busy']);
    await tx.query('COMMIT');
  });

  it('a deletion waits for it, answers `busy` after 2 s, and leaves no run without a job', async () => {
    await h.engine.stop();
    // No node runs it before the deletion cancels it.
    h.engine = await h.startNode(0);
    await h.engine.createJob(FREE);
    const tx = await h.begin();
    const { run } = await h.engine.trigger('free', { tx });
    await Promise.all([
      busyIn(h.engine.deleteJob('free')),
      busyIn(h.engine.patchJob('free', { overlap: 'skip' })),
    ]);
    const deleted = h.engine.deleteJob('free');
    await tx.query('COMMIT');
    await deleted;
    expect(await h.statusOf(run.id)).toBe('cancelled');
    const late = await h.begin();
    await expect(h.engine.trigger('free', { tx: late })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('a run with a run_at of its own changes the job, and so locks it', async () => {
    await h.engine.createJob(FREE);
    const tx = await h.begin();
    const { run } = await h.engine.trigger('free', { tx, runAt: new Date(Date.now() + 1_500).toISOString() });
    await tx.query('COMMIT');
    await expect.poll(() => h.statusOf(run.id)).toBe('succeeded');
  });

  it('when two transactions use one dedupe key, one makes the run and the other waits for it', async () => {
    await h.engine.createJob(FREE);
    const [first, second] = [await h.begin(), await h.begin()];
    const made = await h.engine.trigger('free', { tx: first, key: 'k' });
    const again = h.engine.trigger('free', { tx: second, key: 'k' });
    await busyIn(again);
    const waiting = h.engine.trigger('free', { tx: second, key: 'k' });
    const outside = h.engine.trigger('free', { key: 'k' });
    // By then both have looked for the key, before it exists.
    await expect.poll(h.blocked, { interval: 10 }).toBe(2);
    await first.query('COMMIT');
    for (const { run, duplicate } of await Promise.all([waiting, outside])) {
      expect(duplicate).toBe(true);
      expect(run.id).toBe(made.run.id);
    }
    await second.query('COMMIT');
    expect(await h.runsOf('free')).toHaveLength(1);
  });
});

// Promises P6, catch-up; P7, overlap; P9, lost nodes; P10, fence.
describe('under `skip` and `queue`', () => {
  it('slots wait for the commit, and then find the room taken', async () => {
    h.handler = (ctx) => new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
    await h.engine.createJob({ ...SINGLE, onDemand: undefined, interval: '1s' });
    const tx = await h.begin();
    const { run } = await h.engine.trigger('single', { tx });
    const { nextRunAt = 0 } = (await h.engine.getJob('single')).job;
    await expect.poll(() => Date.now()).toBeGreaterThan(nextRunAt + 1_000);
    expect(await h.runsOf('single')).toEqual([]);
    await tx.query('COMMIT');
    await expect
      .poll(async () => (await h.runsOf('single')).map(({ status }) => status))
      .toEqual(expect.arrayContaining(['running', 'skipped']));
    expect(await h.statusOf(run.id)).toBe('running');
    await h.engine.deleteJob('single');
  });

  it('slots wait for a rollback as well, and then run', async () => {
    await h.engine.createJob({ ...SINGLE, onDemand: undefined, interval: '1s' });
    const tx = await h.begin();
    await h.engine.trigger('single', { tx });
    const { nextRunAt = 0 } = (await h.engine.getJob('single')).job;
    await expect.poll(() => Date.now()).toBeGreaterThan(nextRunAt + 500);
    await tx.query('ROLLBACK');
    const since = performance.now();
    await expect.poll(async () => (await h.runsOf('single')).length).toBeGreaterThan(0);
    expect(performance.now() - since).toBeLessThan(3_000);
  });

  it('other triggers, edits, pauses and cancels answer `busy` after 2 s, in other transactions as well', async () => {
    await h.engine.createJob(SINGLE);
    await h.engine.createJob(FREE);
    const [holder, other] = [await h.begin(), await h.begin()];
    await h.engine.trigger('single', { tx: holder });
    await order(other, 1);
    await Promise.all([
      busyIn(h.engine.trigger('single')),
      busyIn(h.engine.pauseJob('single')),
      busyIn(h.engine.trigger('single', { tx: other })),
    ]);
    await h.engine.trigger('free', { tx: other });
    await other.query('COMMIT');
    expect(await h.orders()).toEqual([1]);
    await holder.query('COMMIT');
    await expect
      .poll(async () => (await h.runsOf('free')).map(({ status }) => status))
      .toEqual(['succeeded']);
  });

  it('many requests that wait for one job do not block other jobs', async () => {
    await h.engine.createJob(SINGLE);
    await h.engine.createJob(FREE);
    const holder = await h.begin();
    await h.engine.trigger('single', { tx: holder });
    const since = performance.now();
    const refusals = Array.from({ length: 100 }, () => h.engine.trigger('single').catch(({ code }) => code));
    const { run } = await h.engine.trigger('free');
    await expect.poll(() => h.statusOf(run.id)).toBe('succeeded');
    expect(performance.now() - since).toBeLessThan(1_800);
    expect(new Set(await Promise.all(refusals))).toEqual(new Set(['busy']));
    expect(performance.now() - since).toBeLessThan(8_000);
  });

  it('nor do many requests that cancel its runs', async () => {
    await h.engine.createJob({ ...FREE, id: 'held' });
    await h.engine.createJob(FREE);
    const runAt = new Date(Date.now() + 3_600_000).toISOString();
    const runs = await Promise.all(Array.from({ length: 20 }, () => h.engine.trigger('held', { runAt })));
    const holder = await h.begin();
    await h.engine.trigger('held', { tx: holder, runAt });
    const since = performance.now();
    const refusals = runs.map(({ run }) => h.engine.cancelRun(run.id).catch(({ code }) => code));
    await expect.poll(h.blocked).toBeGreaterThan(0);
    const { run } = await h.engine.trigger('free');
    await expect.poll(() => h.statusOf(run.id)).toBe('succeeded');
    expect(performance.now() - since).toBeLessThan(1_800);
    expect(new Set(await Promise.all(refusals))).toEqual(new Set(['busy']));
    expect(performance.now() - since).toBeLessThan(8_000);
  });

  /** Runs that wait an hour for their retry. */
  const failing = async (count: number, more: Partial<JobInput>) => {
    h.handler = () => Promise.reject(new Error('no luck'));
    const backoff = { initial: '1h', max: '1h' };
    await h.engine.createJob({ ...FREE, id: 'held', maxAttempts: 9, backoff, ...more });
    const runs = await Promise.all(Array.from({ length: count }, () => h.engine.trigger('held')));
    const failures = async () => (await h.runsOf('held')).filter((run) => isLiveRun(run) && run.failures > 0);
    await expect.poll(async () => (await failures()).length).toBe(count);
    h.handler = async () => undefined;
    return runs.map(({ run }) => run.id);
  };

  it('a retry that needs no room is made due without the job', async () => {
    const [id = ''] = await failing(1, {});
    const holder = await h.begin();
    await h.engine.trigger('held', { tx: holder, runAt: new Date(Date.now() + 3_600_000).toISOString() });
    await h.engine.retryRun(id);
  });

  it('many retries that need room do not block other jobs', async () => {
    const ids = await failing(20, { maxRunning: 20 });
    await h.engine.createJob(FREE);
    const holder = await h.begin();
    await h.engine.trigger('held', { tx: holder, runAt: new Date(Date.now() + 3_600_000).toISOString() });
    const since = performance.now();
    const refusals = ids.map((id) => h.engine.retryRun(id).catch(({ code }) => code));
    await expect.poll(h.blocked).toBeGreaterThan(0);
    const { run } = await h.engine.trigger('free');
    await expect.poll(() => h.statusOf(run.id)).toBe('succeeded');
    expect(performance.now() - since).toBeLessThan(1_800);
    expect(new Set(await Promise.all(refusals))).toEqual(new Set(['busy']));
  });

  it('over REST, the timeout is a 503 with Retry-After', async () => {
    await h.engine.createJob(SINGLE);
    const tx = await h.begin();
    await h.engine.trigger('single', { tx });
    const app = fastify();
    await app.register(jobsPlugin, { prefix: '/api', engine: h.engine, authorize: false });
    const answer = await app.inject({ method: 'POST', url: '/api/jobs/single/runs' });
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('2');
    expect(answer.json()).toMatchObject({ status: 503, detail: expect.stringContaining('transaction') });
    await app.close();
  });

  it('ended runs of the job are settled after the commit; other jobs continue', async () => {
    const ends: (() => void)[] = [];
    h.handler = (ctx) => (ctx.job.id === 'single' ? new Promise<void>((end) => ends.push(end)) : undefined);
    await h.engine.createJob({ ...SINGLE, overlap: 'queue' });
    await h.engine.createJob(FREE);
    const first = (await h.engine.trigger('single')).run.id;
    await expect.poll(() => ends.length).toBe(1);
    const tx = await h.begin();
    const second = (await h.engine.trigger('single', { tx })).run;
    expect(second).toMatchObject({ held: 'overlap' });
    ends[0]?.();
    for (let n = 0; n < 5; n++) {
      const { run } = await h.engine.trigger('free');
      await expect.poll(() => h.statusOf(run.id), { interval: 10 }).toBe('succeeded');
    }
    expect(await h.statusOf(first)).toBe('running');
    await tx.query('COMMIT');
    await expect.poll(() => h.statusOf(first)).toBe('succeeded');
    await expect.poll(() => ends.length).toBe(2);
    ends[1]?.();
    await expect.poll(() => h.statusOf(second.id)).toBe('succeeded');
  });

  it('lost runs of the job are taken back after the end of the transaction, others at once', async () => {
    const clock = createSystemClock();
    const store = createPostgresStore({ url: nodes.url(), clock });
    await store.open();
    await h.engine.stop();
    const input = { types: { work: 1 }, places: 10, prefetch: 0 };
    const definition = async (job: JobInput) => {
      const made = await h.startNode(0);
      await made.createJob(job);
      await made.trigger(job.id);
    };
    await definition(SINGLE);
    await definition(FREE);
    const { runs } = await store.claim({ node: 'gone', ...input });
    expect(runs).toHaveLength(2);
    const holder = await h.begin();
    await holder.query("SELECT FROM greenvue_jobs.jobs WHERE id = 'single' FOR NO KEY UPDATE");
    expect(await store.recover({ node: 'self' })).toEqual({ recovered: 1, failed: 0 });
    await holder.query('COMMIT');
    // A live node notices within its next heartbeats. Claims may happen twice, and the first is taken back
    // soon: no node is `next`.
    const claimed = new Set<string>();
    const claim = async () => {
      for (const { id } of (await store.claim({ node: 'next', ...input })).runs) claimed.add(id);
      return claimed.size;
    };
    await expect.poll(claim).toBe(2);
    await store.close();
  });

  it('a shutdown does not wait for the transaction', async () => {
    const ends: (() => void)[] = [];
    h.handler = () => new Promise<void>((end) => ends.push(end));
    await h.engine.createJob({ ...SINGLE, overlap: 'queue' });
    const { run } = await h.engine.trigger('single');
    await expect.poll(() => h.statusOf(run.id)).toBe('running');
    const tx = await h.begin();
    await h.engine.trigger('single', { tx });
    ends[0]?.();
    const since = performance.now();
    await h.engine.stop();
    expect(performance.now() - since).toBeLessThan(10_000);
  });
});
