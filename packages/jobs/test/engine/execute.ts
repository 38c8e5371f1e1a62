import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PermanentError } from '../../src/index.ts';
import {
  createHarness,
  type Harness,
  job,
  type MakeDatabase,
  runOnce,
  T0,
  untilAborted,
} from './engine-harness.ts';

export function execution(makeDatabase: MakeDatabase): void {
  let h: Harness;
  beforeEach(async () => {
    h = await createHarness({}, makeDatabase);
  });
  afterEach(() => h.close());

  const fails =
    (message = 'no') =>
    () => {
      throw new Error(message);
    };

  describe('a run', () => {
    it('succeeds with what its handler returned, its log and progress', async () => {
      await h.engine.createJob(job({ payload: { n: 7 } }));
      h.deps.handler = (ctx) => {
        ctx.log.info('working', { n: ctx.payload.n });
        ctx.progress(1, 2, 'half');
        return { doubled: ctx.payload.n * 2 };
      };
      const id = await runOnce(h);
      const { run } = await h.engine.getRun(id);
      expect(run).toMatchObject({
        status: 'succeeded',
        attempt: 1,
        result: '{"doubled":14}',
        progress: { done: 1, total: 2, note: 'half' },
      });
      expect(await h.engine.getLogs(id)).toMatchObject([
        { level: 'info', message: 'working', fields: '{"n":7}' },
      ]);
      expect(await h.engine.getJob('job')).toMatchObject({
        lastStatus: 'succeeded',
        lastRunAt: T0,
        isRunning: false,
      });
    });

    // Promise P4, stored next run.
    it('is made for a slot on time, and the job knows its next run at once', async () => {
      await h.engine.createJob(job({ onDemand: undefined, interval: '1h' }));
      expect((await h.engine.getJob('job')).job.nextRunAt).toBe(T0 + 3_600_000);
      h.clock.advance(3_600_000);
      await h.engine.tick();
      const { rows } = await h.engine.listRuns({ jobId: 'job', limit: 10 });
      expect(rows).toMatchObject([
        { run: { status: 'succeeded', trigger: 'schedule', scheduledFor: T0 + 3_600_000 } },
      ]);
    });

    it('that returns a value other than JSON succeeds, and its log says that the result was left out', async () => {
      await h.engine.createJob(job());
      h.deps.handler = () => ({ big: 1n });
      const id = await runOnce(h);
      expect((await h.engine.getRun(id)).run).toMatchObject({ status: 'succeeded' });
      expect(await h.engine.getLogs(id)).toMatchObject([{ level: 'warn' }]);
    });

    it('gives its handler the attempt, fence, slot and last success', async () => {
      await h.engine.createJob(job({ onDemand: undefined, interval: '1h' }));
      const seen: unknown[] = [];
      h.deps.handler = (ctx) => {
        seen.push({ ...ctx.run, lastSuccess: ctx.lastSuccess });
      };
      for (let n = 0; n < 2; n++) {
        h.clock.advance(3_600_000);
        await h.engine.tick();
      }
      expect(seen).toMatchObject([
        {
          attempt: 1,
          scheduledFor: new Date(T0 + 3_600_000),
          lastSuccess: undefined,
          catchUp: false,
          missed: 0,
        },
        { attempt: 1, scheduledFor: new Date(T0 + 7_200_000), lastSuccess: new Date(T0 + 3_600_000) },
      ]);
    });
  });

  // Promise P8, retries.
  describe('retries', () => {
    it('tries again after 10 s and 20 s, keeps every error, and fails after the third attempt', async () => {
      await h.engine.createJob(job());
      h.deps.handler = (ctx) => fails(`attempt ${ctx.run.attempt}`)();
      const id = await runOnce(h);
      expect((await h.engine.getRun(id)).run).toMatchObject({
        status: 'queued',
        failures: 1,
        availableAt: T0 + 10_000,
      });
      h.clock.advance(9_999);
      await h.engine.tick();
      expect((await h.engine.getRun(id)).run).toMatchObject({ status: 'queued', failures: 1 });
      h.clock.advance(1);
      await h.engine.tick();
      h.clock.advance(20_000);
      await h.engine.tick();
      const { run } = await h.engine.getRun(id);
      expect(run).toMatchObject({ status: 'failed', reason: 'error', attempt: 3 });
      expect(run.errors.map(({ message }) => message)).toEqual(['attempt 1', 'attempt 2', 'attempt 3']);
      expect((await h.engine.getJob('job')).health).toMatchObject({ status: 'failing' });
    });

    it('does not try a permanent error again', async () => {
      await h.engine.createJob(job());
      h.deps.handler = () => {
        throw new PermanentError('never');
      };
      expect((await h.engine.getRun(await runOnce(h))).run).toMatchObject({ status: 'failed', attempt: 1 });
    });

    it('by hand makes a waiting retry due at once, and runs a finished run again as a new one', async () => {
      await h.engine.createJob(job());
      h.deps.handler = fails();
      const id = await runOnce(h, { n: 5 });
      h.deps.handler = () => 'ok';
      await h.engine.retryRun(id);
      await h.engine.tick();
      expect((await h.engine.getRun(id)).run).toMatchObject({ status: 'succeeded', attempt: 2 });
      const again = await h.engine.retryRun(id);
      expect(again.run).toMatchObject({ retryOf: id, trigger: 'manual', payload: '{"n":5}' });
    });

    // Promise P37, backfill.
    it('by hand gives the handler the slot of the run again, and a backfill does not miss the slot', async () => {
      const slots: (Date | undefined)[] = [];
      await h.engine.createJob(job({ onDemand: undefined, interval: '1h', maxAttempts: 1 }));
      h.deps.handler = ({ run }) => {
        slots.push(run.scheduledFor);
        if (slots.length === 1) throw new Error('no');
      };
      h.clock.advance(3_600_000);
      await h.engine.tick();
      const [first] = (await h.engine.listRuns({ jobId: 'job' })).rows;
      h.clock.advance(60_000);
      const again = await h.engine.retryRun(first?.run.id ?? '');
      await h.engine.tick();
      const slot = new Date(T0 + 3_600_000);
      expect(slots).toEqual([slot, slot]);
      expect((await h.engine.getRun(first?.run.id ?? '')).slotDoneBy).toBe(again.run.id);
      const missing = await h.engine.backfillJob('job', { from: slot, dryRun: true });
      expect(missing).toMatchObject({ slots: 0, succeeded: 1 });
    });
  });

  // Promise P11, timeout. Lesson 15, timeouts that stop nothing.
  describe('timeout', () => {
    it('fires the signal at the timeout, and the attempt is retried', async () => {
      await h.engine.createJob(job({ timeout: '5s' }));
      h.deps.handler = untilAborted;
      const id = await runOnce(h);
      h.clock.advance(4_999);
      await h.engine.tick();
      expect((await h.engine.getRun(id)).run).toMatchObject({ status: 'running' });
      h.clock.advance(1);
      await h.engine.tick();
      await h.engine.tick();
      expect((await h.engine.getRun(id)).run).toMatchObject({
        status: 'queued',
        failures: 1,
        errors: [{ reason: 'timeout' }],
      });
    });

    it('an inline handler that ignores the signal stays running, a zombie, and succeeds if it returns', async () => {
      await h.engine.createJob(job({ timeout: '5s' }));
      let finish: (value: unknown) => void = () => undefined;
      h.deps.handler = () =>
        new Promise((resolve) => {
          finish = resolve;
        });
      const id = await runOnce(h);
      h.clock.advance(5_000);
      await h.engine.tick();
      h.clock.advance(10_000);
      await h.engine.tick();
      expect((await h.engine.getRun(id)).run).toMatchObject({ status: 'running' });
      expect((await h.engine.getJob('job')).health).toMatchObject({ status: 'zombie' });
      await expect(h.engine.trigger('job')).rejects.toMatchObject({ code: 'conflict' });
      finish('at last');
      await h.engine.tick();
      await h.engine.tick();
      expect((await h.engine.getRun(id)).run).toMatchObject({ status: 'succeeded', result: '"at last"' });
    });

    it('a forced cancel voids the fence of a zombie while its place stays taken', async () => {
      await h.engine.createJob(job({ timeout: '5s' }));
      let finish: (value: unknown) => void = () => undefined;
      h.deps.handler = () =>
        new Promise((resolve) => {
          finish = resolve;
        });
      const id = await runOnce(h);
      await h.engine.cancelRun(id, { force: true });
      expect((await h.engine.getRun(id)).run).toMatchObject({ status: 'cancelled', reason: 'user' });
      expect((await h.engine.stats()).nodes[0]).toMatchObject({ busy: 1 });
      finish('too late');
      await h.engine.tick();
      await h.engine.tick();
      expect((await h.engine.getRun(id)).run).toMatchObject({ status: 'cancelled' });
      expect((await h.engine.stats()).nodes[0]).toMatchObject({ busy: 0 });
    });
  });

  // Promise P12, cancel.
  describe('cancel', () => {
    it('cancels a waiting run at once', async () => {
      await h.engine.createJob(job({ overlap: 'queue' }));
      const { run } = await h.engine.trigger('job');
      await h.engine.cancelRun(run.id);
      expect((await h.engine.getRun(run.id)).run).toMatchObject({ status: 'cancelled', reason: 'user' });
    });

    it('signals a running handler, which then counts as cancelled', async () => {
      await h.engine.createJob(job());
      h.deps.handler = untilAborted;
      const id = await runOnce(h);
      await h.engine.cancelRun(id);
      await h.engine.tick();
      expect((await h.engine.getRun(id)).run).toMatchObject({ status: 'cancelled', reason: 'user' });
    });

    it('a run that has ended is a conflict', async () => {
      await h.engine.createJob(job());
      const id = await runOnce(h);
      await expect(h.engine.cancelRun(id)).rejects.toMatchObject({ code: 'conflict' });
    });
  });

  // Promises P1, identity; P13, delete. Lessons 3, an id used again; 4, schedules that remain.
  describe('delete', () => {
    it('stops the job at once, cancels its live run, keeps its history', async () => {
      await h.engine.createJob(job());
      h.deps.handler = untilAborted;
      const id = await runOnce(h);
      await h.engine.deleteJob('job');
      await expect(h.engine.getJob('job')).rejects.toMatchObject({ code: 'not_found' });
      await h.engine.tick();
      expect((await h.engine.getRun(id)).run).toMatchObject({ status: 'cancelled', reason: 'deleted' });
    });

    it('a job created again under an id never meets stale state', async () => {
      await h.engine.createJob(job());
      h.deps.handler = untilAborted;
      await runOnce(h);
      await h.engine.deleteJob('job');
      await h.engine.createJob(job());
      const view = await h.engine.getJob('job');
      expect(view).toMatchObject({ isRunning: false });
      expect(view.lastRunAt).toBeUndefined();
      await expect(h.engine.trigger('job')).resolves.toBeDefined();
    });
  });

  // Promise P14, pause. Lesson 12, pause.
  describe('pause', () => {
    it('outlives a restart, with reason and by whom', async () => {
      await h.engine.createJob(job({ onDemand: undefined, interval: '1h' }));
      await h.engine.pauseJob('job', { reason: 'audit' }, { by: 'user:1' });
      const restarted = await h.again();
      h.clock.advance(7_200_000);
      await restarted.tick();
      expect((await restarted.getJob('job')).job).toMatchObject({
        status: 'paused',
        pause: { reason: 'audit', by: 'user:1' },
      });
      expect((await restarted.listRuns({ limit: 10 })).rows).toHaveLength(0);
    });
  });

  // Promise P15, run now.
  describe('run now', () => {
    it('a dedupe key makes a resent request answer with the first run, even after it ended', async () => {
      await h.engine.createJob(job());
      const first = await h.engine.trigger('job', { key: 'k' });
      await h.engine.tick();
      const second = await h.engine.trigger('job', { key: 'k' });
      expect(second.duplicate).toBe(true);
      expect(second.run.id).toBe(first.run.id);
      h.clock.advance(25 * 3_600_000);
      expect((await h.engine.trigger('job', { key: 'k' })).duplicate).toBe(false);
    });

    it('checks an override against the type and runs with it alone', async () => {
      await h.engine.createJob(job({ payload: { n: 1 } }));
      await expect(h.engine.trigger('job', { payload: { n: 'x' } })).rejects.toMatchObject({
        code: 'invalid',
        faults: [{ pointer: '/payload/n' }],
      });
      const seen: number[] = [];
      h.deps.handler = (ctx) => void seen.push(ctx.payload.n);
      await runOnce(h, { n: 9 });
      await runOnce(h);
      expect(seen).toEqual([9, 1]);
    });
  });
}
