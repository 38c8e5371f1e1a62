import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { defineJobType, type JobEvent } from '../../src/index.ts';
import { createHarness, type Harness, job, type MakeDatabase, runOnce, T0, work } from './engine-harness.ts';

const strict = defineJobType({
  type: 'strict',
  module: import.meta.url,
  payload: z.strictObject({}),
  pauseAfter: { failures: 2 },
  maxAttempts: 1,
  run: async () => {
    throw new Error('the disk is full');
  },
});
const REASON = 'the last 2 runs failed (failure budget: 2 in a row)';

/** Jobs that pause themselves. */
export function failureBudgets(makeDatabase: MakeDatabase): void {
  let h: Harness;
  let events: JobEvent[];
  beforeEach(async () => {
    h = await createHarness({ jobTypes: [work, strict] }, makeDatabase);
    onTestFinished(() => h.close());
    events = [];
    h.engine.subscribe((event) => {
      if (event !== 'reset') events.push(event);
    });
    h.deps.handler = () => {
      throw new Error('the disk is full');
    };
  });
  const pauses = () => events.flatMap(({ type, data }) => (type === 'job.paused' ? [data] : []));
  const budgetOf = async (id: string) => (await h.engine.getJob(id)).job.pauseAfter;

  // Promise P23, failure budget.
  describe('failure budget', () => {
    it('pauses the job by itself, and says the cause in the job, the event and the audit log', async () => {
      await h.engine.createJob(job({ maxAttempts: 1, pauseAfter: { failures: 2 } }));
      await runOnce(h);
      expect(pauses()).toEqual([]);
      await runOnce(h);
      expect(await h.engine.getJob('job')).toMatchObject({
        job: { status: 'paused', pause: { at: T0, by: 'engine', reason: REASON } },
      });
      expect(pauses()).toEqual([{ by: 'engine', reason: REASON, until: null }]);
      expect(await h.engine.listAudit({ action: 'job.pause' })).toMatchObject([
        { actor: 'engine', target: 'job', change: JSON.stringify({ reason: REASON }) },
      ]);
    });

    it('the runs of slots that were due at its pause have events, like all others', async () => {
      const end = Promise.withResolvers<undefined>();
      h.deps.handler = () => end.promise;
      const input = job({ interval: '1m', onDemand: undefined, maxAttempts: 1, catchUp: 'all' });
      await h.engine.createJob({ ...input, overlap: 'queue', pauseAfter: { failures: 1 } });
      h.clock.advance(60_000);
      await h.engine.tick();
      expect((await h.engine.getJob('job')).isRunning).toBe(true);
      h.clock.advance(180_000);
      end.reject(new Error('no'));
      await h.engine.tick();
      expect((await h.engine.getJob('job')).job.status).toBe('paused');
      const runs = (await h.engine.listRuns({ jobId: 'job' })).rows.map(({ run }) => run.id);
      expect(runs.length).toBeGreaterThan(1);
      const told = events.filter(({ type }) => type === 'run.queued' || type === 'run.skipped');
      expect(told.map(({ runId }) => runId).sort()).toEqual(runs.sort());
    });

    it('a pause by a person says who, why and until when in its event, too', async () => {
      await h.engine.createJob(job());
      const until = new Date(T0 + 60_000);
      await h.engine.pauseJob('job', { reason: 'audit', until }, { by: 'user:42' });
      expect(pauses()).toEqual([{ by: 'user:42', reason: 'audit', until: until.toISOString() }]);
    });

    it('claimed runs that have not started go back, and wait for the resume', async () => {
      const one = await createHarness({ concurrency: 1 }, makeDatabase);
      onTestFinished(() => one.close());
      const { engine } = one;
      await engine.createJob(job({ maxAttempts: 1, overlap: 'allow', pauseAfter: { failures: 1 } }));
      // After some short runs, the node claims runs ahead.
      for (let n = 0; n < 3; n += 1) {
        await engine.trigger('job');
        await engine.tick();
      }
      const failures: (() => void)[] = [];
      one.deps.handler = () =>
        new Promise((_, reject) => {
          failures.push(() => reject(new Error('the disk is full')));
        });
      const ids: string[] = [];
      for (let n = 0; n < 4; n += 1) {
        ids.push((await engine.trigger('job')).run.id);
        await engine.tick();
      }
      expect((await engine.stats()).nodes[0]).toMatchObject({ busy: 1, buffered: 3 });
      one.clock.advance(1);
      failures[0]?.();
      for (let n = 0; n < 3; n += 1) await engine.tick();
      // The first place that is free takes the next run before the end of the first one is written.
      expect(failures).toHaveLength(2);
      for (const id of ids.slice(2)) expect((await engine.getRun(id)).run).toMatchObject({ held: 'pause' });
      failures[1]?.();
      await engine.tick();
      expect(failures).toHaveLength(2);
      await engine.resumeJob('job');
      await engine.tick();
      expect(failures).toHaveLength(3);
      failures[2]?.();
    });

    it('a timeout counts as a failure', async () => {
      h.deps.handler = ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        });
      await h.engine.createJob(job({ maxAttempts: 1, timeout: '1s', pauseAfter: { failures: 1 } }));
      await h.engine.trigger('job');
      const running = h.engine.tick();
      await h.pass(1_500);
      await running;
      await h.engine.tick();
      expect(pauses()).toMatchObject([{ reason: 'the last run failed (failure budget: 1)' }]);
    });

    it('is the default of the type, unless the job says otherwise or none, and a patch keeps what is said', async () => {
      const type = { type: 'strict' } as const;
      await h.engine.createJob(job({ ...type, id: 'default' }));
      await h.engine.createJob(job({ ...type, id: 'own', pauseAfter: { failures: 3, ofLast: 5 } }));
      await h.engine.createJob(job({ ...type, id: 'none', pauseAfter: 'none' }));
      expect(await budgetOf('default')).toEqual({ failures: 2, ofLast: 2 });
      expect(await budgetOf('own')).toEqual({ failures: 3, ofLast: 5 });
      expect(await budgetOf('none')).toBeUndefined();
      await h.engine.patchJob('none', { name: 'Another name' });
      expect(await budgetOf('none')).toBeUndefined();
      await h.engine.patchJob('none', { pauseAfter: null });
      expect(await budgetOf('none')).toEqual({ failures: 2, ofLast: 2 });
      expect(h.engine.jobTypes().map(({ pauseAfter }) => pauseAfter)).toEqual([
        undefined,
        { failures: 2, ofLast: 2 },
      ]);
    });

    it('the default of a type does not hold the enqueued runs of others', async () => {
      for (let n = 0; n < 3; n += 1) {
        await h.engine.enqueue(strict, {});
        await h.engine.tick();
      }
      expect(await h.engine.getJob('enqueued.strict')).toMatchObject({ job: { status: 'active' } });
      expect(pauses()).toEqual([]);
    });

    it('two nodes whose runs fail at once pause the job once', async () => {
      const second = await h.beside();
      await h.engine.createJob(job({ maxAttempts: 1, overlap: 'allow', pauseAfter: { failures: 2 } }));
      for (let n = 0; n < 6; n += 1) await h.engine.trigger('job');
      await Promise.all([h.engine.tick(), second.tick()]);
      await h.store.quiet();
      await Promise.all([h.engine.tick(), second.tick()]);
      expect(await h.engine.getJob('job')).toMatchObject({ job: { status: 'paused' } });
      expect(await h.engine.listAudit({ action: 'job.pause' })).toHaveLength(1);
      await second.stop();
    });

    it('a type whose budget cannot be met is refused when the engine is made', () => {
      const unmet = defineJobType({
        type: 'unmet',
        payload: z.strictObject({}),
        pauseAfter: { failures: 5, ofLast: 3 },
        run: async () => undefined,
      });
      return expect(h.beside({ jobTypes: [unmet] })).rejects.toMatchObject({
        code: 'invalid',
        message: expect.stringContaining(
          'pauseAfter.ofLast must be a whole number from pauseAfter.failures (5)',
        ),
      });
    });
  });
}
