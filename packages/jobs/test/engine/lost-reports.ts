import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { turns, whileAway } from './away.ts';
import { createHarness, type Harness, job, type MakeDatabase } from './engine-harness.ts';

/** Progress, log lines and zombies that could not be written at first. */
export function lostReports(makeDatabase: MakeDatabase): void {
  let h: Harness;
  beforeEach(async () => {
    h = await createHarness({ concurrency: 3 }, makeDatabase);
    await h.engine.createJob(job({ overlap: 'allow' }));
  });
  afterEach(() => h.close());

  const { trigger, runOf, tickThrough } = whileAway(() => h);

  // Promises P9, lost nodes; P10, fence.
  describe('logs and progress that a report could not write', () => {
    it('progress, log lines and zombies are written once the store is back', async () => {
      await h.engine.patchJob('job', { timeout: '5s' });
      let end: () => void = () => undefined;
      h.deps.handler = (ctx) => {
        ctx.log.info('first');
        ctx.progress(1, 2);
        return new Promise<void>((resolve) => {
          end = resolve;
        });
      };
      h.store.make('fails', 'report');
      const id = await trigger();
      await tickThrough();
      h.clock.advance(5_000);
      await tickThrough();
      h.clock.advance(10_000);
      await tickThrough();
      h.store.restore();
      h.clock.advance(1_000);
      await h.engine.tick();
      expect(await runOf(id)).toMatchObject({ progress: { done: 1 }, zombieSince: expect.any(Number) });
      expect(await h.engine.getLogs(id)).toMatchObject([{ message: 'first' }]);
      expect((await h.engine.getJob('job')).health).toMatchObject({ status: 'zombie' });
      end();
      await h.engine.tick();
    });

    it('a failed report is written with the settlement if the handler has ended', async () => {
      let end: () => void = () => undefined;
      h.deps.handler = (ctx) => {
        ctx.log.info('first');
        ctx.progress(1, 2);
        return new Promise<void>((resolve) => {
          end = () => {
            ctx.log.info('last');
            resolve();
          };
        });
      };
      h.store.make('fails', 'report');
      h.store.watch('report', async () => {
        end();
        await turns();
      });
      const id = await trigger();
      await tickThrough();
      h.store.restore();
      await h.engine.tick();
      expect(await runOf(id)).toMatchObject({ status: 'succeeded', progress: { done: 1, total: 2 } });
      expect(await h.engine.getLogs(id)).toMatchObject([{ message: 'first' }, { message: 'last' }]);
    });

    it('a run that ended during a report is not given back while it waits for that report', async () => {
      const started: string[] = [];
      let end: () => void = () => undefined;
      h.deps.handler = (ctx) => {
        started.push(ctx.run.id);
        if (started.length > 1) return undefined;
        ctx.log.info('first');
        return new Promise<void>((resolve) => {
          end = resolve;
        });
      };
      let finishReport: () => void = () => undefined;
      const reporting = new Promise<void>((asked) => {
        h.store.watch('report', () => {
          asked();
          return new Promise<void>((resolve) => {
            finishReport = resolve;
          });
        });
      });
      const ended = await trigger();
      const ticked = h.engine.tick();
      await reporting;
      end();
      await turns();
      const lost = await trigger();
      h.store.make('answer lost', 'claim');
      await tickThrough();
      h.store.restore();
      const ticks = [h.engine.tick()];
      await expect.poll(() => started).toContain(lost);
      ticks.push(h.engine.tick());
      await expect.poll(() => runOf(lost)).toMatchObject({ status: 'succeeded', attempt: 1 });
      expect(await runOf(ended)).toMatchObject({ status: 'running' });
      finishReport();
      await Promise.all([ticked, ...ticks]);
      await h.engine.tick();
      expect(await runOf(ended)).toMatchObject({ status: 'succeeded', attempt: 1 });
      expect(started).toEqual([ended, lost]);
      expect(await h.engine.getLogs(ended)).toMatchObject([{ message: 'first' }]);
    });
  });
}
