import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreError } from '../../src/index.ts';
import { turns, whileAway } from './away.ts';
import {
  createHarness,
  type Harness,
  job,
  type MakeDatabase,
  manualHandlers,
  realTime,
  T0,
  untilAborted,
} from './engine-harness.ts';

export function outages(makeDatabase: MakeDatabase): void {
  let h: Harness;
  let warnings: string[];
  beforeEach(async () => {
    warnings = [];
    const note = (_: object, message: string) => void warnings.push(message);
    const logger = { debug: note, info: note, warn: note, error: note };
    h = await createHarness({ logger, concurrency: 3 }, makeDatabase);
    await h.engine.createJob(job({ overlap: 'allow' }));
  });
  afterEach(() => h.close());

  const { trigger, runOf, tickThrough } = whileAway(() => h);

  // Promises P9, lost nodes; P10, fence; P11, timeout.
  describe('while the database is away', () => {
    it('settlements are kept and written once it is back', async () => {
      const id = await trigger();
      h.store.make('fails', 'settle');
      await tickThrough();
      await tickThrough();
      expect(await runOf(id)).toMatchObject({ status: 'running' });
      h.store.restore();
      await h.engine.tick();
      expect(await runOf(id)).toMatchObject({ status: 'succeeded', attempt: 1 });
    });

    it('the engine reports failing passes after 5 s, until one succeeds', async () => {
      await trigger();
      h.store.make('fails', 'settle');
      for (let second = 0; second < 5; second++) {
        await tickThrough();
        await h.engine.check();
        h.clock.advance(1_000);
      }
      await tickThrough();
      await expect(h.engine.check()).rejects.toMatchObject({ name: 'StoreError', code: 'unavailable' });
      expect(h.engine.activity()).toMatchObject({ failingMs: 5_000, node: { health: 'failing' } });
      h.store.restore();
      await h.engine.tick();
      await h.engine.check();
      expect(h.engine.activity()).toMatchObject({ failingMs: 0, node: { health: 'ok' } });
    });

    it('one settlement that the store refuses keeps back no other', async () => {
      const ids = await Promise.all([trigger(), trigger(), trigger()]);
      h.store.refuse('settle', ([batch]) => JSON.stringify(batch).includes(`"runId":"${ids[0]}"`));
      for (let n = 0; n < 6; n++) await h.engine.tick().catch(() => undefined);
      expect(await runOf(ids[1] ?? '')).toMatchObject({ status: 'succeeded' });
      expect(await runOf(ids[2] ?? '')).toMatchObject({ status: 'succeeded' });
      h.store.restore();
      await h.engine.tick();
      expect(await runOf(ids[0] ?? '')).toMatchObject({ status: 'succeeded' });
    });

    it('slots that passed during the outage are caught up', async () => {
      await h.engine.createJob(job({ id: 'hourly', onDemand: undefined, interval: '1h' }));
      h.store.make('fails', 'plan', 'claim', 'settle');
      h.clock.advance(3 * 3_600_000 + 600_000);
      await tickThrough();
      h.store.restore();
      await h.engine.tick();
      await h.engine.tick();
      expect((await h.engine.listRuns({ jobId: 'hourly', limit: 9 })).rows).toMatchObject([
        { run: { status: 'succeeded', missed: 3, scheduledFor: T0 + 3 * 3_600_000 } },
      ]);
    });

    it('timeouts fire even when it never answers', async () => {
      await h.engine.patchJob('job', { timeout: '5s' });
      const seen: string[] = [];
      h.deps.handler = (ctx) => {
        ctx.log.info('so that there is something to report');
        return untilAborted(ctx).catch((reason: Error) => seen.push(reason.name));
      };
      const next = await h.again({ autoRun: true });
      let answer: () => void = () => undefined;
      h.store.make(
        new Promise<void>((resolve) => {
          answer = resolve;
        }),
        'report',
      );
      await next.trigger('job');
      await expect
        .poll(() => {
          h.clock.advance(500);
          return seen;
        })
        .toEqual(['TimeoutError']);
      answer();
    });

    it('a stop closes everything and writes settlements, even when a report fails', async () => {
      const manual = manualHandlers();
      h.deps.handler = (ctx) => {
        ctx.log.info('so that there is something to report');
        return manual.handler(ctx);
      };
      const next = await h.again({ autoRun: true });
      const report = Promise.withResolvers<void>();
      let isReporting = false;
      h.store.watch('report', () => {
        isReporting = true;
      });
      h.store.make(report.promise, 'report');
      const { run } = await next.trigger('job');
      const passing = setInterval(() => h.clock.advance(20), 2);
      try {
        await expect.poll(() => isReporting).toBe(true);
        // Ten looks for reports, and one report.
        await realTime(100);
        manual.end();
        const stopped = next.stop();
        await h.store.quiet();
        report.reject(new StoreError('unavailable', 'The database is away.'));
        await stopped;
      } finally {
        clearInterval(passing);
      }
      await expect(next.check()).rejects.toMatchObject({ code: 'unavailable' });
      const restarted = await h.again();
      expect((await restarted.getRun(run.id)).run).toMatchObject({ status: 'succeeded', recoveries: 0 });
      expect(warnings.filter((message) => message.includes('progress and logs'))).toHaveLength(1);
    });

    it('a stop writes settlements again that failed before', async () => {
      const manual = manualHandlers();
      h.deps.handler = manual.handler;
      const id = await trigger();
      await h.engine.tick();
      manual.end(0);
      await turns();
      const held = Promise.withResolvers<void>();
      let isFirst = true;
      h.store.watch('settle', () => held.promise);
      h.store.refuse('settle', () => {
        const refused = isFirst;
        isFirst = false;
        return refused;
      });
      // A cancel first writes the ended runs.
      await h.engine.cancelRun((await h.engine.trigger('job')).run.id);
      const passing = setInterval(() => h.clock.advance(20), 2);
      try {
        const stopped = h.engine.stop();
        await h.store.quiet();
        held.resolve();
        await stopped;
      } finally {
        clearInterval(passing);
      }
      h.store.restore();
      const restarted = await h.again();
      expect((await restarted.getRun(id)).run).toMatchObject({ status: 'succeeded', recoveries: 0 });
    });

    it('a stop ends even when nothing can be written, and the next start takes the runs back', async () => {
      const id = await trigger();
      h.store.make('fails', 'settle', 'plan', 'claim', 'report');
      h.store.make('works', 'claim');
      // While planning fails, claims continue.
      await tickThrough();
      await tickThrough();
      await h.engine.stop();
      h.store.restore();
      const restarted = await h.again();
      expect((await restarted.getRun(id)).run).toMatchObject({ status: 'queued', recoveries: 1 });
      expect(warnings.join()).toContain('could not be saved');
    });
  });
}
