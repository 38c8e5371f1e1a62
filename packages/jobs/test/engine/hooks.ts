import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { EngineOptions } from '../../src/engine/options.ts';
import {
  defineJobType,
  type EngineLogger,
  type FailedContext,
  type HookContext,
  type PausedContext,
  type SucceededContext,
} from '../../src/index.ts';
import {
  createHarness,
  type Deps,
  type Harness,
  job,
  type MakeDatabase,
  realTime,
  runOnce,
  T0,
  untilAborted,
  work,
} from './engine-harness.ts';
import { KEY } from './secret-keeper.ts';

/** What hooks of these tests do. */
interface Calls {
  succeeded: (ctx: SucceededContext<{ n: number; token?: string | undefined }>, deps: Deps) => unknown;
  failed: (ctx: FailedContext<{ n: number; token?: string | undefined }>, deps: Deps) => unknown;
  paused: (ctx: PausedContext, deps: Deps) => unknown;
}
const calls: Calls = { succeeded: () => undefined, failed: () => undefined, paused: () => undefined };

const hooked = defineJobType({
  type: 'hooked',
  module: import.meta.url,
  payload: z.strictObject({
    n: z.int().default(0),
    token: z.string().meta({ secret: true }).optional(),
  }),
  maxAttempts: 2,
  run: async (ctx, deps: Deps) => deps.handler(ctx),
  onSucceeded: (ctx, deps) => calls.succeeded(ctx, deps),
  onFailed: (ctx, deps) => calls.failed(ctx, deps),
  onPaused: (ctx, deps) => calls.paused(ctx, deps),
});
const TYPES = { jobTypes: [work, hooked], secretKeys: [KEY] };
const hookedJob = (extra = {}) => job({ type: 'hooked', ...extra });
const boom = () => {
  throw new Error('the disk is full');
};

// Decision 41, table "Hooks".
export function hooks(makeDatabase: MakeDatabase): void {
  let h: Harness;
  let told: string[];
  let logged: { readonly message: string; readonly fields: object }[];
  let logger: EngineLogger;
  beforeEach(async () => {
    told = [];
    logged = [];
    const line = (fields: object, message: string) => void logged.push({ message, fields });
    logger = { debug: line, info: line, warn: line, error: line };
    Object.assign(calls, {
      succeeded: ({ job, run }: SucceededContext) => told.push(`${job.id} succeeded at ${run.attempt}`),
      failed: ({ job, error }: FailedContext) => told.push(`${job.id} failed: ${error.reason}`),
      paused: ({ job }: PausedContext) => told.push(`${job.id} paused`),
    });
    h = await createHarness({ ...TYPES, logger }, makeDatabase);
    onTestFinished(() => h.close());
  });
  /** Ticks until hooks have told this: on a database, they read what they need. */
  const untilTold = async (...texts: readonly string[]) => {
    await expect.poll(() => h.engine.tick().then(() => told)).toEqual(texts);
    await h.engine.tick();
    expect(told).toEqual(texts);
  };
  const warnings = () => logged.filter(({ message }) => message.includes('hook'));
  const forAll = (name: string) => (ctx: HookContext) => void told.push(`${name} ${ctx.job.id}`);

  describe('H1: after the commit, at most once', () => {
    it('H1: a hook finds the end of its run in the store', async () => {
      const found: unknown[] = [];
      const read = async ({ run }: SucceededContext | FailedContext) => {
        found.push((await h.engine.getRun(run.id)).run.status);
        told.push('read');
      };
      Object.assign(calls, { succeeded: read, failed: read });
      await h.engine.createJob(hookedJob({ maxAttempts: 1 }));
      await runOnce(h);
      await untilTold('read');
      h.deps.handler = boom;
      await runOnce(h);
      await untilTold('read', 'read');
      expect(found).toEqual(['succeeded', 'failed']);
    });

    it('H1: a hook gets payload, result, error, run, job and dependencies, first that of the type', async () => {
      const got: (SucceededContext | FailedContext)[] = [];
      const keep = (ctx: SucceededContext | FailedContext, deps: Deps) => {
        told.push(`of the type, with ${deps.name}`);
        got.push(ctx);
      };
      Object.assign(calls, { succeeded: keep, failed: keep });
      const all = { onSucceeded: forAll('success'), onFailed: forAll('failure') };
      const engine = await h.beside(all);
      await h.engine.stop();
      await engine.createJob(hookedJob({ maxAttempts: 1, payload: { n: 1 } }));
      h.deps.handler = ({ payload }) => ({ twice: payload.n * 2, at: new Date(T0) });
      const first = await engine.trigger('job');
      await engine.tick();
      await expect.poll(() => engine.tick().then(() => told.length)).toBe(2);
      h.deps.handler = boom;
      const second = await engine.trigger('job', { payload: { n: 7 } });
      await engine.tick();
      await expect.poll(() => engine.tick().then(() => told.length)).toBe(4);
      const ofType = 'of the type, with inline';
      expect(told).toEqual([ofType, 'success job', ofType, 'failure job']);
      const { uid } = (await engine.getJob('job')).job;
      const about = { id: 'job', uid, name: 'Job', type: 'hooked' };
      const run = { attempt: 1, scheduledFor: undefined, catchUp: false, missed: 0 };
      expect(got).toMatchObject([
        { job: about, payload: { n: 1 }, result: { twice: 2, at: '2026-01-01T00:00:00.000Z' } },
        {
          job: about,
          payload: { n: 7 },
          error: { attempt: 1, reason: 'error', message: 'the disk is full' },
        },
      ]);
      expect(got.map((ctx) => ctx.run)).toEqual([
        { ...run, id: first.run.id },
        { ...run, id: second.run.id },
      ]);
    });

    it('H1: attempts that are retried, cancelled runs and skipped slots call no hook', async () => {
      await h.engine.createJob(hookedJob());
      h.deps.handler = boom;
      await runOnce(h);
      await h.engine.tick();
      expect(told).toEqual([]);
      h.clock.advance(60_000);
      await untilTold('job failed: error');
      h.deps.handler = untilAborted;
      const id = await runOnce(h);
      await h.engine.cancelRun(id);
      await h.engine.tick();
      expect((await h.engine.getRun(id)).run.status).toBe('cancelled');
      await untilTold('job failed: error');
    });

    it('H1: an end whose answer was lost calls no hook, and one that is written later calls one', async () => {
      await h.engine.createJob(hookedJob());
      const tick = () => h.engine.tick().catch(() => undefined);
      for (const [fate, expected] of [
        ['answer lost', []],
        ['fails', ['job succeeded at 1']],
      ] as const) {
        h.store.make(fate, 'settle');
        const { run } = await h.engine.trigger('job');
        await tick();
        h.store.restore();
        for (let n = 0; n < 3; n += 1) await tick();
        expect((await h.engine.getRun(run.id)).run.status).toBe('succeeded');
        await untilTold(...expected);
      }
    });

    it('H1: a hook that its process did not call before it died is not called later', async () => {
      await h.engine.createJob(hookedJob());
      const never = Promise.withResolvers<undefined>();
      Object.assign(calls, {
        succeeded: () => {
          told.push('called');
          return never.promise;
        },
      });
      await runOnce(h);
      await untilTold('called');
      const next = await h.again();
      for (let n = 0; n < 3; n += 1) await next.tick();
      expect(told).toEqual(['called']);
      never.resolve(undefined);
    });

    it('H1: a hook makes runs in the name of its run', async () => {
      await h.engine.createJob(job({ id: 'other' }));
      await h.engine.createJob(hookedJob({ maxAttempts: 1 }));
      h.deps.handler = boom;
      calls.failed = async (ctx) => {
        h.deps.handler = () => undefined;
        const { run } = await ctx.jobs.trigger('other');
        told.push(run.id);
      };
      const id = await runOnce(h);
      await expect.poll(() => h.engine.tick().then(() => told.length)).toBe(1);
      const { run } = await h.engine.getRun(told[0] ?? '');
      expect(run).toMatchObject({ requestedBy: `run:${id}` });
    });

    it('H1: the hook of the type gets secrets, that for all types does not, and no log line has them', async () => {
      const payloads: unknown[] = [];
      calls.failed = ({ payload }) => {
        payloads.push(payload);
        throw new Error(`wrong token ${payload?.token}`);
      };
      const onFailed = (ctx: FailedContext) => void payloads.push(ctx.payload);
      const engine = await h.beside({ onFailed });
      await h.engine.stop();
      await engine.createJob(hookedJob({ maxAttempts: 1, payload: { token: 'hunter2-long' } }));
      h.deps.handler = boom;
      await engine.trigger('job');
      await engine.tick();
      await expect.poll(() => engine.tick().then(() => payloads.length)).toBe(2);
      expect(payloads).toEqual([
        { n: 0, token: 'hunter2-long' },
        { n: 0, token: '[secret]' },
      ]);
      expect(JSON.stringify(logged)).not.toContain('hunter2-long');
      expect(JSON.stringify(logged)).toContain('wrong token [secret]');
    });
  });

  describe('H5: a pause', () => {
    it('H5: of a job by a person says who, why and until when; a resume and a pause of all jobs say nothing', async () => {
      const pauses: unknown[] = [];
      calls.paused = ({ job: { id, type }, reason, by, until }) =>
        pauses.push({ id, type, reason, by, until });
      await h.engine.createJob(hookedJob());
      const until = new Date(T0 + 60_000);
      await h.engine.pauseJob('job', { reason: 'audit', until }, { by: 'user:42' });
      await h.engine.resumeJob('job');
      await h.engine.pauseAll({ reason: 'upgrade' });
      await h.engine.tick();
      expect(pauses).toEqual([{ id: 'job', type: 'hooked', reason: 'audit', by: 'user:42', until }]);
    });

    it('H5: by a bulk command calls the hook of each job', async () => {
      for (const id of ['a', 'b']) await h.engine.createJob(hookedJob({ id }));
      await h.engine.bulkJobs({ action: 'pause', all: true });
      await expect.poll(() => h.engine.tick().then(() => told.sort())).toEqual(['a paused', 'b paused']);
    });

    it('H5: by the failure budget comes from the engine', async () => {
      const pauses: unknown[] = [];
      calls.paused = ({ reason, by, until }) => {
        pauses.push({ reason, by, until });
        told.push('paused');
      };
      await h.engine.createJob(hookedJob({ maxAttempts: 1, pauseAfter: { failures: 1 } }));
      h.deps.handler = boom;
      await runOnce(h);
      await expect
        .poll(() => h.engine.tick().then(() => told.toSorted()))
        .toEqual(['job failed: error', 'paused']);
      const reason = 'the last run failed (failure budget: 1)';
      expect(pauses).toEqual([{ reason, by: 'engine', until: undefined }]);
    });
  });

  describe('H2: a hook that throws or hangs', () => {
    it('H2: is logged, and the run keeps its end', async () => {
      calls.succeeded = boom;
      await h.engine.createJob(hookedJob());
      const id = await runOnce(h);
      await expect
        .poll(() => h.engine.tick().then(() => warnings()))
        .toMatchObject([
          {
            message: 'a hook threw an error; it is not called again',
            fields: {
              hook: 'hooked.onSucceeded',
              jobId: 'job',
              runId: id,
              err: { message: 'the disk is full' },
            },
          },
        ]);
      expect((await h.engine.getRun(id)).run.status).toBe('succeeded');
    });

    it('H2: takes no place, and is not waited for after 10 s', async () => {
      const one = await h.beside({ concurrency: 1 });
      await h.engine.stop();
      let signal: AbortSignal | undefined;
      calls.succeeded = (ctx) => {
        signal = ctx.signal;
        return new Promise(() => undefined);
      };
      await one.createJob(hookedJob());
      await one.createJob(job({ id: 'other' }));
      await one.trigger('job');
      await one.tick();
      await expect.poll(() => one.tick().then(() => signal?.aborted)).toBe(false);
      const { run } = await one.trigger('other');
      await one.tick();
      await one.tick();
      expect((await one.getRun(run.id)).run.status).toBe('succeeded');
      h.clock.advance(9_999);
      await one.tick();
      expect(signal?.aborted).toBe(false);
      h.clock.advance(1);
      await one.tick();
      expect(signal).toMatchObject({ aborted: true, reason: { name: 'TimeoutError' } });
      expect(warnings()).toMatchObject([
        { message: expect.stringContaining('a hook has not ended in 10 s'), fields: { jobId: 'job' } },
      ]);
    });
  });

  describe('H3: the node that wrote the end calls the hook', () => {
    const lose = async (more: Partial<EngineOptions<Deps>> = {}) => {
      h.deps.handler = untilAborted;
      await h.engine.createJob(hookedJob({ payload: { n: 5 } }));
      const id = await runOnce(h);
      let engine = h.engine;
      for (let death = 0; death < 6; death += 1) {
        engine = await h.again(more);
        h.clock.advance(10_000);
        for (let n = 0; n < 2; n += 1) await engine.tick();
      }
      return { id, engine };
    };

    it('H3: a run whose nodes have died too often: the node that took its claim back', async () => {
      const got: FailedContext[] = [];
      calls.failed = (ctx) => void got.push(ctx);
      const { id, engine } = await lose({ onFailed: forAll('failure') });
      await expect.poll(() => engine.tick().then(() => [told, got.length])).toEqual([['failure job'], 1]);
      expect(got).toMatchObject([
        {
          job: { id: 'job', type: 'hooked' },
          payload: { n: 5 },
          run: { id, attempt: 1 },
          error: { reason: 'lost' },
        },
      ]);
    });

    it('H3: an engine without hooks reads nothing for them', async () => {
      let reads = 0;
      h.store.watch('getRun', () => {
        reads += 1;
      });
      const { engine } = await lose({ jobTypes: [{ ...hooked, onFailed: undefined }] });
      for (let n = 0; n < 3; n += 1) await engine.tick();
      expect(reads).toBe(0);
    });

    it.each([
      ['failed', 'job failed: error', 'failure job'],
      ['succeeded', 'job succeeded at 1', 'success job'],
    ] as const)('H3: a run that a live node ended for a dead one: %s', async (status, own, forAllTypes) => {
      let recovered: (runId: string) => void = () => undefined;
      const one = await createHarness(
        { ...TYPES, logger, onFailed: forAll('failure'), onSucceeded: forAll('success') },
        makeDatabase,
        (store) => ({
          ...store,
          join: (node, listener) => {
            recovered = (runId) =>
              listener.recovered({
                nodes: 1,
                recovered: 0,
                failed: status === 'failed' ? 1 : 0,
                ended: [{ runId, jobId: 'job', status }],
                paused: [],
                hasAlerts: false,
              });
            return store.join(node, listener);
          },
        }),
      );
      onTestFinished(() => one.close());
      one.deps.handler = status === 'failed' ? boom : () => undefined;
      await one.engine.createJob(hookedJob({ maxAttempts: 1 }));
      const id = await runOnce(one);
      await expect.poll(() => one.engine.tick().then(() => told)).toEqual([own, forAllTypes]);
      recovered(id);
      await expect
        .poll(() => one.engine.tick().then(() => told.slice(2).sort()))
        .toEqual([forAllTypes, own].sort());
    });

    it('H3: a run whose payload the schema refuses now: its hook gets no payload', async () => {
      const got: unknown[] = [];
      calls.failed = ({ payload, error }) => void got.push([payload, error.reason]);
      await h.engine.createJob(hookedJob({ payload: { n: 1 } }));
      await h.engine.trigger('job');
      const payload = z.strictObject({ n: z.int().min(10) });
      const onFailed = (ctx: FailedContext) => void got.push([ctx.payload, ctx.error.reason]);
      const deployed = await h.again({ jobTypes: [{ ...hooked, payload }], onFailed });
      await expect
        .poll(() => deployed.tick().then(() => got))
        .toEqual([
          [undefined, 'payload_invalid'],
          [{ n: 1 }, 'payload_invalid'],
        ]);
    });
  });

  describe('H4: a shutdown', () => {
    const stop = async () => {
      const from = h.clock.monotonic();
      const passing = setInterval(() => h.clock.advance(100), 5);
      await h.engine.stop();
      clearInterval(passing);
      return h.clock.monotonic() - from;
    };

    it('H4: waits for hooks that end in time, and these can use the engine', async () => {
      await h.engine.createJob(hookedJob());
      const { promise, resolve } = Promise.withResolvers<undefined>();
      calls.succeeded = async ({ run }) => {
        await promise;
        told.push((await h.engine.getRun(run.id)).run.status);
      };
      await runOnce(h);
      const stopped = stop();
      await realTime(20);
      resolve(undefined);
      await stopped;
      expect(told).toEqual(['succeeded']);
      expect(warnings()).toEqual([]);
    });

    it('H4: gives up on others after 2 s, and says so', async () => {
      await h.engine.createJob(hookedJob());
      let signal: AbortSignal | undefined;
      calls.succeeded = (ctx) => {
        signal = ctx.signal;
        return new Promise(() => undefined);
      };
      await runOnce(h);
      await expect.poll(() => h.engine.tick().then(() => signal?.aborted)).toBe(false);
      const tookMs = await stop();
      expect(tookMs).toBeGreaterThanOrEqual(2_000);
      expect(tookMs).toBeLessThan(10_000);
      expect(signal).toMatchObject({ aborted: true, reason: { name: 'ShutdownError' } });
      expect(warnings()).toMatchObject([{ fields: { dropped: 0, running: 1 } }]);
    });
  });
}
