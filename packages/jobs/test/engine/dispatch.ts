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

export function dispatching(makeDatabase: MakeDatabase): void {
  let h: Harness;
  const make = async (options: Partial<EngineOptions<Deps>> = {}) => {
    h = await createHarness(options, makeDatabase);
  };
  afterEach(() => h.close());

  const statusOf = async (runId: string) => (await h.engine.getRun(runId)).run.status;
  // Promises P14, pause; P15, run now.
  describe('what comes due while all places are taken', () => {
    it('a run whose own run_at comes then starts when a place is free', async () => {
      await make({ concurrency: 1 });
      const manual = manualHandlers();
      h.deps.handler = manual.handler;
      await h.engine.createJob(job({ overlap: 'allow' }));
      const later = await h.engine.trigger('job', { runAt: new Date(T0 + 10_000).toISOString() });
      await h.engine.trigger('job');
      await h.engine.tick();
      h.clock.advance(10_000);
      await h.engine.tick();
      manual.end(0);
      await h.engine.tick();
      await h.engine.tick();
      expect(manual.started).toContain(later.run.id);
      manual.end(1);
    });

    it('a run that the end of a pause releases then starts when a place is free', async () => {
      await make({ concurrency: 1 });
      const manual = manualHandlers();
      h.deps.handler = manual.handler;
      await h.engine.createJob(job({ id: 'other' }));
      await h.engine.createJob(job());
      const held = await h.engine.trigger('job');
      await h.engine.pauseJob('job', { until: new Date(T0 + 10_000).toISOString() });
      await h.engine.trigger('other');
      await h.engine.tick();
      h.clock.advance(10_000);
      await h.engine.tick();
      manual.end(0);
      await h.engine.tick();
      await h.engine.tick();
      expect(manual.started).toContain(held.run.id);
      manual.end(1);
    });
  });

  // Promise P9, lost nodes.
  describe('a run once recovered', () => {
    const pass = (ms: number, stepMs = 100) => h.pass(ms, stepMs);

    /** The run waits while another run, whose runs have been short, holds the only place. */
    const waitingForPlace = async () => {
      await make({ concurrency: 1 });
      await h.engine.createJob(job({ overlap: 'allow' }));
      await h.engine.createJob(job({ id: 'other', overlap: 'allow' }));
      const manual = manualHandlers();
      h.deps.handler = manual.handler;
      const poison = (await h.engine.trigger('job')).run;
      await h.engine.tick();
      // The process dies; the next process takes the run back and has not started it yet.
      h.clock.advance(1);
      await h.engine.pauseJob('job');
      const next = await h.again({ autoRun: true });
      h.deps.handler = () => 'short';
      for (let n = 0; n < 5; n++) await next.trigger('other');
      await expect
        .poll(async () => {
          await pass(100);
          return (await next.listRuns({ status: 'succeeded', limit: 9 })).rows.length;
        })
        .toBe(5);
      h.deps.handler = manual.handler;
      await next.trigger('other');
      await expect
        .poll(async () => {
          await pass(100);
          return (await next.stats()).nodes[0]?.busy;
        })
        .toBe(1);
      await next.resumeJob('job');
      await pass(500);
      const startsOfPoison = () => manual.started.filter((id) => id === poison.id).length;
      return { next, manual, poison, startsOfPoison };
    };

    it('waits for a place without keeping the engine busy, and other runs wait with it', async () => {
      const { next, manual, poison, startsOfPoison } = await waitingForPlace();
      let claims = 0;
      h.store.watch('claim', () => claims++);
      await pass(5_000);
      expect(claims).toBeLessThan(5);
      expect((await next.getRun(poison.id)).run).toMatchObject({ status: 'queued', recoveries: 1 });
      manual.end(1);
      await pass(500);
      await expect
        .poll(async () => {
          await pass(100);
          return startsOfPoison();
        })
        .toBe(2);
    });

    it('gets the place that is free before a slot that is about to come', async () => {
      const { next, manual, startsOfPoison } = await waitingForPlace();
      await next.createJob(job({ id: 'soon', onDemand: false, interval: '1s' }));
      const soon = (await next.getJob('soon')).job.nextRunAt ?? 0;
      await pass(soon - h.clock.now() - 15, 5);
      manual.end(1);
      await pass(10, 1);
      expect(h.clock.now()).toBeLessThan(soon);
      expect(startsOfPoison()).toBe(2);
      manual.end(2);
    });
  });

  // Promises P7, overlap; P12, cancel; P14, pause; P16, edit.
  describe('claimed runs that have not started', () => {
    /** A long run holds the only place while this node has claimed other runs of the job ahead. */
    const prefetched = async () => {
      await make({ concurrency: 1 });
      await h.engine.createJob(job({ overlap: 'allow' }));
      for (let n = 0; n < 3; n++) {
        await h.engine.trigger('job');
        await h.engine.tick();
      }
      const manual = manualHandlers();
      h.deps.handler = manual.handler;
      await h.engine.trigger('job');
      await h.engine.tick();
      const ids: string[] = [];
      for (let n = 0; n < 3; n++) ids.push((await h.engine.trigger('job')).run.id);
      await h.engine.tick();
      expect((await h.engine.stats()).nodes[0]).toMatchObject({ busy: 1, buffered: 3 });
      return { manual, ids };
    };

    it('are held by a pause', async () => {
      const { manual, ids } = await prefetched();
      await h.engine.pauseJob('job');
      manual.end(0);
      await h.engine.tick();
      expect(manual.started).toHaveLength(1);
      for (const id of ids) expect((await h.engine.getRun(id)).run).toMatchObject({ held: 'pause' });
    });

    it('are cancelled at once', async () => {
      const { manual, ids } = await prefetched();
      await h.engine.cancelRun(ids[0] ?? '');
      expect(await statusOf(ids[0] ?? '')).toBe('cancelled');
      manual.end(0);
    });

    it('are cancelled at once, also when they were claimed during the cancel', async () => {
      const { manual } = await prefetched();
      const { id } = (await h.engine.trigger('job')).run;
      const asked = Promise.withResolvers<void>();
      const isOnItsWay = new Promise<void>((resolve) =>
        h.store.watch('cancelRun', () => {
          resolve();
          return asked.promise;
        }),
      );
      const cancelled = h.engine.cancelRun(id);
      await isOnItsWay;
      await h.engine.tick();
      expect((await h.engine.getRun(id)).run).toHaveProperty('claim');
      asked.resolve();
      await cancelled;
      await expect.poll(() => statusOf(id)).toBe('cancelled');
      manual.end(0);
    });

    it('are held by an edit that leaves no room for them, and later run with the new definition', async () => {
      const { manual, ids } = await prefetched();
      await h.engine.patchJob('job', { overlap: 'skip', payload: { n: 5 } });
      expect((await h.engine.getRun(ids[0] ?? '')).run).toMatchObject({ held: 'overlap' });
      const seen: number[] = [];
      h.deps.handler = (ctx) => void seen.push(ctx.payload.n);
      manual.end(0);
      for (let n = 0; n < 4; n++) await h.engine.tick();
      expect(seen).toEqual([5, 5, 5]);
    });
  });
}
