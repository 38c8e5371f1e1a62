import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { defineJobType } from '../../src/index.ts';
import { createHarness, type Harness, job, type MakeDatabase, T0, work } from './engine-harness.ts';

const MINUTE = 60_000;
const JOB = 'enqueued.work';

const other = defineJobType({
  type: 'other',
  module: import.meta.url,
  payload: z.strictObject({}),
  run: async () => undefined,
});

/** Runs without a job of the caller's own, and jobs without a payload of their own. */
export function enqueueing(makeDatabase: MakeDatabase): void {
  let h: Harness;
  let payloads: unknown[];
  beforeEach(async () => {
    h = await createHarness({ jobTypes: [work, other] }, makeDatabase);
    onTestFinished(() => h.close());
    payloads = [];
    h.deps.handler = ({ payload }) => void payloads.push(payload);
  });
  const statusOf = async (id: string) => (await h.engine.getRun(id)).run.status;
  const runsOf = async (jobId: string) => (await h.engine.listRuns({ jobId, limit: 99 })).rows;

  // Promise P15, run now.
  describe('enqueue', () => {
    it('makes a run with its payload, and the job for it, which says who made it', async () => {
      const made = await h.engine.enqueue(work, { n: 7 });
      expect(made).toMatchObject({
        duplicate: false,
        jobId: JOB,
        type: 'work',
        run: { trigger: 'manual', payload: '{"n":7}' },
      });
      await h.engine.tick();
      expect(payloads).toEqual([{ n: 7 }]);
      expect(await statusOf(made.run.id)).toBe('succeeded');
      const { job } = await h.engine.getJob(JOB);
      const expected = {
        name: 'Enqueued: work',
        createdBy: 'system:enqueue',
        overlap: 'allow',
        payload: 'null',
      };
      expect(job).toMatchObject({ ...expected, schedule: { kind: 'on_demand' } });
    });

    it('makes one job for all runs of a type, also when many are enqueued at once', async () => {
      const enqueued = await Promise.all([1, 2, 3, 4, 5].map((n) => h.engine.enqueue('work', { n })));
      await h.engine.tick();
      expect(new Set(enqueued.map(({ jobId }) => jobId))).toEqual(new Set([JOB]));
      expect((await h.engine.listJobs({ limit: 9 })).rows).toHaveLength(1);
      expect(payloads).toHaveLength(5);
      const audit = await h.engine.listAudit({ limit: 99, target: JOB });
      expect(audit.filter(({ action }) => action === 'job.create')).toMatchObject([
        { actor: 'system:enqueue' },
      ]);
    });

    it.each([
      ['a delay', { delay: '1m' }],
      ['a time', { at: new Date(T0 + MINUTE) }],
    ])('with %s, the run is not due before', async (_, when) => {
      const { run } = await h.engine.enqueue(work, { n: 1 }, when);
      expect(run).toMatchObject({ held: 'run_at', availableAt: T0 + MINUTE });
      await h.engine.tick();
      expect(payloads).toEqual([]);
      h.clock.advance(MINUTE);
      await h.engine.tick();
      await h.engine.tick();
      expect(payloads).toEqual([{ n: 1 }]);
    });

    it('with a key that was used before, it returns the first run', async () => {
      const first = await h.engine.enqueue(work, { n: 1 }, { key: 'k' });
      const second = await h.engine.enqueue(work, { n: 2 }, { key: 'k', by: 'user:1' });
      expect(second).toMatchObject({ duplicate: true, run: { id: first.run.id } });
      expect(await runsOf(JOB)).toHaveLength(1);
    });

    it.each([
      ['a payload that the type refuses', 'work', { n: 'x' }, {}, '/payload/n'],
      ['no payload', 'work', null, {}, '/payload'],
      ['a type that is not registered', 'wrok', {}, {}, '/type'],
      ['both a delay and a time', 'work', {}, { delay: '1m', at: new Date() }, '/delay'],
      ['a delay that is no duration', 'work', {}, { delay: '1 minute' }, '/delay'],
      ['a negative delay', 'work', {}, { delay: '-1m' }, '/delay'],
    ])('refuses %s, and makes nothing', async (_, type, payload, options, pointer) => {
      const refused = { name: 'EngineError', code: 'invalid', faults: [{ pointer }] };
      await expect(h.engine.enqueue(type, payload, options)).rejects.toMatchObject(refused);
      expect((await h.engine.listJobs({ limit: 9 })).rows).toEqual([]);
    });

    it('makes the job again after it was deleted', async () => {
      await h.engine.enqueue(work, { n: 1 });
      await h.engine.tick();
      await h.engine.deleteJob(JOB);
      await h.engine.enqueue(work, { n: 2 });
      await h.engine.tick();
      expect(payloads).toEqual([{ n: 1 }, { n: 2 }]);
    });

    it('uses the job as it is: an edit keeps its settings, and a pause holds the runs that wait', async () => {
      const { run } = await h.engine.enqueue(work, { n: 1 });
      await h.engine.patchJob(JOB, { timeout: '1m' });
      await h.engine.pauseJob(JOB);
      await h.engine.tick();
      expect(await statusOf(run.id)).toBe('queued');
      await h.engine.resumeJob(JOB);
      await h.engine.tick();
      expect(await statusOf(run.id)).toBe('succeeded');
      expect((await h.engine.getJob(JOB)).job).toMatchObject({ payload: 'null', timeoutMs: MINUTE });
    });

    it('during a pause of the job, runs are accepted and wait until the resume', async () => {
      await h.engine.enqueue(work, { n: 1 });
      await h.engine.tick();
      await h.engine.pauseJob(JOB);
      const enqueued = await h.engine.enqueue(work, { n: 2 });
      const now = await h.engine.trigger(JOB, { payload: { n: 3 } });
      const first = (await runsOf(JOB)).find(({ run }) => run.payload === '{"n":1}');
      const again = await h.engine.retryRun(first?.run.id ?? '');
      for (const { run } of [enqueued, now, again])
        expect(run).toMatchObject({ status: 'queued', held: 'pause' });
      await h.pass(5_000, 1_000);
      await h.engine.tick();
      expect(payloads).toEqual([{ n: 1 }]);
      expect((await h.engine.getJob(JOB)).health).toMatchObject({ status: 'paused' });
      await h.engine.resumeJob(JOB);
      await h.engine.tick();
      expect(payloads).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 1 }]);
    });

    it('a pause with an end lets them go then, also after a restart in between', async () => {
      await h.engine.enqueue(work, { n: 1 });
      await h.engine.tick();
      await h.engine.pauseJob(JOB, { until: new Date(T0 + MINUTE) });
      await h.engine.enqueue(work, { n: 2 });
      const engine = await h.again({});
      await engine.enqueue(work, { n: 3 });
      await engine.tick();
      expect(payloads).toEqual([{ n: 1 }]);
      h.clock.set(T0 + MINUTE);
      await engine.tick();
      await engine.tick();
      expect(payloads).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    });

    it('refuses when a job of another type has the id', async () => {
      await h.engine.createJob(job({ id: JOB, type: 'other' }));
      const refused = {
        code: 'conflict',
        message: expect.stringContaining('is of the type other, not work'),
      };
      await expect(h.engine.enqueue(work, { n: 1 })).rejects.toMatchObject(refused);
    });

    it('a retry by hand of an enqueued run has the same payload', async () => {
      const { run } = await h.engine.enqueue(work, { n: 3 });
      await h.engine.tick();
      await h.engine.retryRun(run.id);
      await h.engine.tick();
      expect(payloads).toEqual([{ n: 3 }, { n: 3 }]);
    });
  });

  // Promise P21, payloads.
  describe('a job without a payload of its own', () => {
    const without = (extra: object = {}) => job({ payload: null, overlap: 'allow', ...extra });
    const faulty = (detail: string) => ({
      code: 'invalid',
      faults: [{ pointer: '/payload', detail: expect.stringContaining(detail) }],
    });

    it('runs with the payload of each trigger, and refuses a trigger without one', async () => {
      await h.engine.createJob(without());
      // PostgreSQL makes the second one in a single statement.
      for (const n of [1, 2]) await h.engine.trigger('job', { payload: { n } });
      await expect(h.engine.trigger('job')).rejects.toMatchObject(faulty('Give one for this run'));
      await h.engine.tick();
      expect(payloads).toEqual([{ n: 1 }, { n: 2 }]);
      await h.engine.pauseJob('job');
      await expect(h.engine.trigger('job')).rejects.toMatchObject(faulty('Give one for this run'));
    });

    it('is on demand: a schedule with slots needs a payload', async () => {
      const slots = without({ onDemand: false, interval: '1m' });
      await expect(h.engine.createJob(slots)).rejects.toMatchObject(faulty('Only an on-demand job'));
      await h.engine.createJob(without());
      const patched = h.engine.patchJob('job', { interval: '1m' });
      await expect(patched).rejects.toMatchObject(faulty('Only an on-demand job'));
      await h.engine.patchJob('job', { interval: '1m', payload: { n: 1 } });
    });

    it('may get one by an edit, and then keeps one', async () => {
      await h.engine.createJob(without());
      expect((await h.engine.patchJob('job', { name: 'Renamed' })).job.payload).toBe('null');
      expect((await h.engine.putJob(without({ payload: { n: 4 } }))).job.payload).toBe('{"n":4}');
      await h.engine.trigger('job');
      await expect(h.engine.putJob(without())).rejects.toMatchObject(faulty("can't become null"));
      await h.engine.tick();
      expect(payloads).toEqual([{ n: 4 }]);
    });

    it('refuses payload fields that an operator may not set', async () => {
      await h.engine.createJob(without());
      const asked = h.engine.trigger('job', { payload: { n: 1 }, payloadBy: 'operator' });
      await expect(asked).rejects.toMatchObject({ code: 'forbidden', faults: [{ pointer: '/payload/n' }] });
    });
  });
}
