import { afterEach, describe, expect, it } from 'vitest';
import type { EngineOptions } from '../../src/engine/options.ts';
import {
  createHarness,
  type Deps,
  type Harness,
  job,
  type MakeDatabase,
  manualHandlers,
  T0,
} from './engine-harness.ts';

/** Answers of the store that arrive late or out of order. */
export function lateAnswers(makeDatabase: MakeDatabase): void {
  let h: Harness;
  const make = async (options: Partial<EngineOptions<Deps>> = {}) => {
    h = await createHarness(options, makeDatabase);
  };
  afterEach(() => h.close());

  const statusOf = async (runId: string) => (await h.engine.getRun(runId)).run.status;

  // Promises P4, stored next run; P8, retries; P11, timeout; P12, cancel; P13, delete; P14, pause. Lesson 17,
  // busy event loops and shutdowns.
  describe('a claim whose answer is on its way', () => {
    /** Triggers a run, and holds back the answer to its claim. */
    const claimUnderWay = async () => {
      await make();
      await h.engine.createJob(job());
      const manual = manualHandlers();
      h.deps.handler = manual.handler;
      let arrive: () => void = () => undefined;
      h.store.make(
        new Promise<void>((resolve) => {
          arrive = resolve;
        }),
        'claim',
      );
      const { run } = await h.engine.trigger('job');
      const ticking = h.engine.tick();
      await expect.poll(async () => (await h.engine.getRun(run.id)).run).toHaveProperty('claim');
      h.store.make('works', 'claim');
      const claim = {
        id: run.id,
        async arrive() {
          arrive();
          await ticking;
          await h.engine.tick();
        },
      };
      return { manual, claim };
    };

    it('does not make the engine forget a retry that was written beside it', async () => {
      await make({ autoRun: true, concurrency: 1 });
      const manual = manualHandlers();
      const attempts: number[] = [];
      let fail: (error: Error) => void = () => undefined;
      h.deps.handler = (ctx) => {
        if (attempts.length > 0 && ctx.run.attempt === 1) return manual.handler(ctx);
        attempts.push(ctx.run.attempt);
        return new Promise((_, reject) => {
          fail = reject;
        });
      };
      await h.engine.createJob(job({ overlap: 'allow', backoff: { initial: '1s', jitter: 0 } }));
      const first = (await h.engine.trigger('job')).run.id;
      const second = (await h.engine.trigger('job')).run.id;
      const passing = setInterval(() => h.clock.advance(5), 2);
      try {
        await expect.poll(() => attempts).toEqual([1]);
        const isClaimed = Promise.withResolvers<void>();
        const answer = Promise.withResolvers<void>();
        h.store.watch('settle', () => isClaimed.promise);
        h.store.make(answer.promise, 'claim');
        fail(new Error('no luck'));
        await expect.poll(async () => (await h.engine.getRun(second)).run).toHaveProperty('claim');
        isClaimed.resolve();
        await expect.poll(async () => (await h.engine.getRun(first)).run).not.toHaveProperty('claim');
        await h.store.quiet();
        h.store.make('works', 'claim');
        answer.resolve();
        await expect.poll(() => manual.started).toEqual([second]);
        manual.end();
        await expect.poll(() => attempts).toEqual([1, 2]);
        fail(new Error('over'));
      } finally {
        clearInterval(passing);
      }
    });

    it('does not hide runs that came due while settlements are being written', async () => {
      const SOON = T0 + 190;
      await make({ autoRun: true, concurrency: 150 });
      const manual = manualHandlers();
      h.deps.handler = manual.handler;
      await h.engine.createJob(job({ overlap: 'allow' }));
      await h.engine.createJob(job({ id: 'other' }));
      // The look ahead at the start sees this run and leaves it, because it is not on a grid.
      const runAt = new Date(SOON).toISOString();
      await h.engine.createJob({ id: 'once', name: 'Once', type: 'work', runAt });
      await Promise.all(Array.from({ length: 299 }, () => h.engine.trigger('job')));
      const pass = () => h.pass(5);
      await expect.poll(async () => pass().then(() => manual.started.length)).toBe(150);
      h.clock.advance(SOON - 1 - h.clock.now());
      const settled = Promise.withResolvers<void>();
      const answers = Promise.withResolvers<void>();
      h.store.make(settled.promise, 'settle');
      h.store.make(answers.promise, 'plan', 'claim');
      for (let n = 0; n < 150; n++) manual.end(n);
      await h.store.quiet();
      // This pass settles, plans and claims.
      h.clock.advance(1);
      await expect.poll(async () => (await h.engine.stats()).runs.queued).toBe(0);
      h.store.make('works', 'plan', 'claim');
      const other = (await h.engine.trigger('other')).run.id;
      // Before the pass that the trigger requests.
      answers.resolve();
      await h.store.quiet();
      await expect
        .poll(async () => pass().then(async () => (await h.engine.getRun(other)).run))
        .toHaveProperty('claim');
      settled.resolve();
      for (let n = 150; n < 301; n++) manual.end(n);
    });

    it('does not start a run that was cancelled in the meantime', async () => {
      const { manual, claim } = await claimUnderWay();
      await h.engine.cancelRun(claim.id);
      await claim.arrive();
      expect(manual.started).toEqual([]);
      expect((await h.engine.getRun(claim.id)).run).toMatchObject({ status: 'cancelled', reason: 'user' });
    });

    it('sends an event that the run was cancelled', async () => {
      const { claim } = await claimUnderWay();
      const seen: unknown[] = [];
      h.engine.subscribe((event) => void seen.push(event));
      await h.engine.cancelRun(claim.id);
      await claim.arrive();
      expect(seen).toMatchObject([{ type: 'run.cancelled', jobId: 'job', runId: claim.id }]);
    });

    it('does not start a run whose fence was voided in the meantime', async () => {
      const { manual, claim } = await claimUnderWay();
      await h.engine.cancelRun(claim.id, { force: true });
      await claim.arrive();
      expect(manual.started).toEqual([]);
      expect(await statusOf(claim.id)).toBe('cancelled');
    });

    it('does not start a run of a job that was deleted in the meantime', async () => {
      const { manual, claim } = await claimUnderWay();
      await h.engine.deleteJob('job');
      await claim.arrive();
      expect(manual.started).toEqual([]);
      expect((await h.engine.getRun(claim.id)).run).toMatchObject({ status: 'cancelled', reason: 'deleted' });
    });

    it('leaves a run of a job that was paused in between to the resume', async () => {
      const { manual, claim } = await claimUnderWay();
      h.clock.advance(1);
      await h.engine.pauseJob('job');
      await claim.arrive();
      expect(manual.started).toEqual([]);
      expect((await h.engine.getRun(claim.id)).run).toMatchObject({ status: 'queued', held: 'pause' });
      await h.engine.resumeJob('job');
      await h.engine.tick();
      expect(manual.started).toEqual([claim.id]);
      manual.end();
    });

    it('starts nothing once the engine stops, at no cost of an attempt', async () => {
      const { manual, claim } = await claimUnderWay();
      const passing = setInterval(() => h.clock.advance(5_000), 5);
      const stopped = h.engine.stop();
      await claim.arrive();
      await stopped;
      clearInterval(passing);
      expect(manual.started).toEqual([]);
      const restarted = await h.again();
      expect((await restarted.getRun(claim.id)).run).toMatchObject({ status: 'queued', recoveries: 0 });
    });
  });

  describe('answers of one pass', () => {
    // Promise P7, overlap.
    it('report the end of a run before the start of the run that waited for it', async () => {
      await make({ concurrency: 1 });
      const manual = manualHandlers();
      h.deps.handler = manual.handler;
      await h.engine.createJob(job({ overlap: 'queue' }));
      await h.engine.createJob(job({ id: 'other' }));
      await h.engine.trigger('job');
      await h.engine.trigger('job');
      h.clock.advance(1);
      // Always due, so that the pass claims, too.
      await h.engine.trigger('other');
      await h.engine.tick();
      const seen: string[] = [];
      h.engine.subscribe((event) => void seen.push(event === 'reset' ? event : event.type));
      manual.end(0);
      await h.store.quiet();
      await h.engine.tick();
      expect(seen.filter((type) => type === 'run.succeeded' || type === 'run.started')).toEqual([
        'run.succeeded',
        'run.started',
      ]);
      manual.end(1);
    });
  });

  describe('a settlement that a command writes ahead of itself', () => {
    // Promise P8, retries.
    it('a retry in its late answer starts when it is due', async () => {
      await make({ autoRun: true });
      const manual = manualHandlers();
      const attempts: number[] = [];
      let fail: (error: Error) => void = () => undefined;
      h.deps.handler = (ctx) => {
        if (ctx.payload.n === 1) return manual.handler(ctx);
        attempts.push(ctx.run.attempt);
        return new Promise((_, reject) => {
          fail = reject;
        });
      };
      await h.engine.createJob(job({ id: 'hangs', payload: { n: 1 } }));
      await h.engine.createJob(job({ backoff: { initial: '1s', jitter: 0 } }));
      const hanging = (await h.engine.trigger('hangs')).run.id;
      await h.engine.trigger('job');
      await expect
        .poll(() => {
          h.clock.advance(5);
          return attempts.length + manual.started.length;
        })
        .toBe(2);
      const answer = Promise.withResolvers<void>();
      h.store.make(answer.promise, 'settle');
      fail(new Error('no luck'));
      await h.store.quiet();
      const cancelled = h.engine.cancelRun(hanging);
      await h.store.quiet();
      h.clock.advance(10);
      await h.store.quiet();
      answer.resolve();
      await cancelled;
      await h.store.quiet();
      await h.pass(1_500, 50);
      await expect.poll(() => attempts).toEqual([1, 2]);
      fail(new Error('over'));
      manual.end();
    });
  });
}
