import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHarness, type Harness, job, type MakeDatabase, T0, untilAborted } from './engine-harness.ts';
import { createUnsteadyStore, type UnsteadyStore } from './unsteady-store.ts';

export function outages(makeDatabase: MakeDatabase): void {
  let h: Harness;
  let store: UnsteadyStore;
  let warnings: string[];
  beforeEach(async () => {
    store = createUnsteadyStore();
    warnings = [];
    const note = (_: object, message: string) => void warnings.push(message);
    h = await createHarness(
      { logger: { debug: note, info: note, warn: note, error: note }, concurrency: 3 },
      store.wrap,
      makeDatabase,
    );
    await h.engine.createJob(job({ overlap: 'allow' }));
  });
  afterEach(() => {
    store.restore();
    return h.close();
  });

  /** Long enough for a handler that has returned to be seen to have ended. */
  const turns = async () => {
    for (let n = 0; n < 3; n++) await new Promise<void>((resolve) => void setImmediate(resolve));
  };
  const trigger = async () => (await h.engine.trigger('job')).view.run.id;
  const runOf = async (id: string) => (await h.engine.getRun(id)).run;
  const tickThrough = async () => {
    await expect(h.engine.tick()).rejects.toMatchObject({ code: 'unavailable' });
  };

  describe('P10: while the database is away', () => {
    it('settlements are kept and written once it is back', async () => {
      const id = await trigger();
      store.make('fails', 'settle');
      await tickThrough();
      await tickThrough();
      expect(await runOf(id)).toMatchObject({ status: 'running' });
      store.restore();
      await h.engine.tick();
      expect(await runOf(id)).toMatchObject({ status: 'succeeded', attempt: 1 });
    });

    it('one settlement that the store refuses keeps back no other', async () => {
      const ids = await Promise.all([trigger(), trigger(), trigger()]);
      store.refuse('settle', ([batch]) => JSON.stringify(batch).includes(`"runId":"${ids[0]}"`));
      for (let n = 0; n < 6; n++) await h.engine.tick().catch(() => undefined);
      expect(await runOf(ids[1] ?? '')).toMatchObject({ status: 'succeeded' });
      expect(await runOf(ids[2] ?? '')).toMatchObject({ status: 'succeeded' });
      store.restore();
      await h.engine.tick();
      expect(await runOf(ids[0] ?? '')).toMatchObject({ status: 'succeeded' });
    });

    it('a settlement whose answer got lost counts once, and what it released is seen', async () => {
      await h.engine.createJob(job({ id: 'queue', overlap: 'queue' }));
      const first = (await h.engine.trigger('queue')).view.run.id;
      const second = (await h.engine.trigger('queue')).view.run.id;
      store.make('answer lost', 'settle');
      await tickThrough();
      store.restore();
      for (let n = 0; n < 3; n++) await h.engine.tick();
      expect(await runOf(first)).toMatchObject({ status: 'succeeded', attempt: 1 });
      expect(await runOf(second)).toMatchObject({ status: 'succeeded', attempt: 1 });
    });

    /** A job whose making got no answer. */
    const makeLost = async () => {
      const startAt = new Date(T0 + 1_000).toISOString();
      const lost = h.engine.createJob({ id: 'lost', name: 'Lost', type: 'work', interval: '1h', startAt });
      await expect(lost).rejects.toThrow('away');
    };
    const runsInTime = async () => {
      h.clock.advance(1_000);
      for (let n = 0; n < 2; n++) await h.engine.tick();
      const { rows } = await h.engine.listRuns({ jobId: 'lost', status: 'succeeded', limit: 1 });
      expect(rows).toHaveLength(1);
    };

    it('P1: what is due of a job whose making got no answer runs in time', async () => {
      await h.engine.tick();
      store.make('answer lost', 'insertJob');
      await makeLost();
      store.restore();
      await h.engine.tick();
      await runsInTime();
    });

    it('P1: so it does when the job is written only after everybody has looked for it', async () => {
      await h.engine.tick();
      const written = Promise.withResolvers<void>();
      const done = store.doLate(written.promise, 'insertJob');
      await makeLost();
      await h.engine.tick();
      written.resolve();
      await done;
      await runsInTime();
    });

    it('P9: a claim whose answer got lost is given back at no cost', async () => {
      const id = await trigger();
      store.make('answer lost', 'claim');
      await tickThrough();
      expect(await runOf(id)).toHaveProperty('claim');
      store.restore();
      await h.engine.tick();
      await h.engine.tick();
      expect(await runOf(id)).toMatchObject({ status: 'succeeded', attempt: 1, recoveries: 0 });
    });

    it('P9: claims that are held are not given back with it', async () => {
      h.deps.handler = untilAborted;
      const running = await trigger();
      await h.engine.tick();
      const claimed = await runOf(running);
      const lost = await trigger();
      store.make('answer lost', 'claim');
      await tickThrough();
      store.restore();
      await h.engine.tick();
      await h.engine.tick();
      expect(await runOf(running)).toEqual(claimed);
      expect(await runOf(lost)).toMatchObject({ status: 'running', recoveries: 0 });
    });

    it('slots that passed meanwhile are caught up with', async () => {
      await h.engine.createJob(job({ id: 'hourly', onDemand: undefined, interval: '1h' }));
      store.make('fails', 'plan', 'claim', 'settle');
      h.clock.advance(3 * 3_600_000 + 600_000);
      await tickThrough();
      store.restore();
      await h.engine.tick();
      await h.engine.tick();
      expect((await h.engine.listRuns({ jobId: 'hourly', limit: 9 })).rows).toMatchObject([
        { run: { status: 'succeeded', missed: 3, scheduledFor: T0 + 3 * 3_600_000 } },
      ]);
    });

    it('progress, log and zombies are told once it is back', async () => {
      await h.engine.patchJob('job', { timeout: '5s' });
      let end: () => void = () => undefined;
      h.deps.handler = (ctx) => {
        ctx.log.info('first');
        ctx.progress(1, 2);
        return new Promise<void>((resolve) => {
          end = resolve;
        });
      };
      store.make('fails', 'report');
      const id = await trigger();
      await tickThrough();
      h.clock.advance(5_000);
      await tickThrough();
      h.clock.advance(10_000);
      await tickThrough();
      store.restore();
      h.clock.advance(1_000);
      await h.engine.tick();
      expect(await runOf(id)).toMatchObject({ progress: { done: 1 }, zombieSince: expect.any(Number) });
      expect(await h.engine.getLogs(id)).toMatchObject([{ message: 'first' }]);
      expect((await h.engine.getJob('job')).health).toMatchObject({ status: 'zombie' });
      end();
      await h.engine.tick();
    });

    it('what a report could not write goes with the settlement when the handler has ended meanwhile', async () => {
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
      store.make('fails', 'report');
      store.watch('report', async () => {
        end();
        await turns();
      });
      const id = await trigger();
      await tickThrough();
      store.restore();
      await h.engine.tick();
      expect(await runOf(id)).toMatchObject({ status: 'succeeded', progress: { done: 1, total: 2 } });
      expect(await h.engine.getLogs(id)).toMatchObject([{ message: 'first' }, { message: 'last' }]);
    });

    it('P9: a run that ended during a report is not given back while it waits for that report', async () => {
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
      let goOn: () => void = () => undefined;
      const reporting = new Promise<void>((asked) => {
        store.watch('report', () => {
          asked();
          return new Promise<void>((resolve) => {
            goOn = resolve;
          });
        });
      });
      const ended = await trigger();
      const ticked = h.engine.tick();
      await reporting;
      end();
      await turns();
      const lost = await trigger();
      store.make('answer lost', 'claim');
      await tickThrough();
      store.restore();
      const ticks = [h.engine.tick()];
      await expect.poll(() => started).toContain(lost);
      ticks.push(h.engine.tick());
      await expect.poll(() => runOf(lost)).toMatchObject({ status: 'succeeded', attempt: 1 });
      expect(await runOf(ended)).toMatchObject({ status: 'running' });
      goOn();
      await Promise.all([ticked, ...ticks]);
      await h.engine.tick();
      expect(await runOf(ended)).toMatchObject({ status: 'succeeded', attempt: 1 });
      expect(started).toEqual([ended, lost]);
      expect(await h.engine.getLogs(ended)).toMatchObject([{ message: 'first' }]);
    });

    it('P9: a run whose settlement is on its way ahead of a command is not given back meanwhile', async () => {
      await h.engine.createJob(job({ id: 'other' }));
      const started: string[] = [];
      const first = Promise.withResolvers<void>();
      h.deps.handler = (ctx) => {
        started.push(ctx.run.id);
        return started.length === 1 ? first.promise : undefined;
      };
      const ended = await trigger();
      await h.engine.tick();
      const onItsWay = Promise.withResolvers<void>();
      let settlements = 0;
      store.watch('settle', () => {
        settlements += 1;
        return settlements === 1 ? onItsWay.promise : undefined;
      });
      first.resolve();
      await turns();
      await h.engine.pauseJob('other');
      expect(settlements).toBe(1);
      const lost = await trigger();
      store.make('answer lost', 'claim');
      await tickThrough();
      store.restore();
      await h.engine.tick();
      await h.engine.tick();
      expect(await runOf(ended)).toMatchObject({ status: 'running' });
      onItsWay.resolve();
      await expect.poll(() => runOf(ended)).toMatchObject({ status: 'succeeded', attempt: 1 });
      expect(started).toEqual([ended, lost]);
    });

    it('P9: a claim whose answer got lost is given back, though an older claim of its run has ended here', async () => {
      const started: string[] = [];
      h.deps.handler = (ctx) => void started.push(ctx.run.id);
      const answered = Promise.withResolvers<void>();
      store.make(answered.promise, 'claim');
      const asked = new Promise<void>((resolve) => store.watch('claim', resolve));
      const id = await trigger();
      const ticked = h.engine.tick();
      await asked;
      await h.engine.patchJob('job', { description: 'takes back what has not started' });
      store.make('answer lost', 'settle', 'claim');
      answered.resolve();
      await expect(ticked).rejects.toMatchObject({ code: 'unavailable' });
      expect(await runOf(id)).toHaveProperty('claim');
      store.restore();
      await h.engine.tick();
      await h.engine.tick();
      expect(await runOf(id)).toMatchObject({ status: 'succeeded', attempt: 1, recoveries: 0 });
      expect(started).toEqual([id]);
    });

    it('P9: a claim whose answer got lost is given back, though it was not written yet when it was first looked for', async () => {
      const written = Promise.withResolvers<void>();
      const done = store.doLate(written.promise, 'claim');
      const id = await trigger();
      await expect(h.engine.tick()).rejects.toMatchObject({ code: 'unavailable' });
      store.watch('claim', () => {
        written.resolve();
        return done;
      });
      await h.engine.tick();
      expect(await runOf(id)).toHaveProperty('claim');
      h.clock.advance(1_000);
      await h.engine.tick();
      expect(await runOf(id)).toMatchObject({ status: 'succeeded', attempt: 1, recoveries: 0 });
    });

    it('P11: timeouts fire all the same, even when it never answers', async () => {
      await h.engine.patchJob('job', { timeout: '5s' });
      const seen: string[] = [];
      h.deps.handler = (ctx) => {
        ctx.log.info('so that there is something to report');
        return untilAborted(ctx).catch((reason: Error) => seen.push(reason.name));
      };
      const next = await h.again({ autoRun: true });
      let answer: () => void = () => undefined;
      store.make(
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

    it('P9: a stop ends all the same, and the next start takes back what could not be written', async () => {
      const id = await trigger();
      store.make('fails', 'settle', 'plan', 'claim', 'report');
      store.make('works', 'claim');
      await tickThrough();
      await h.engine.stop();
      store.restore();
      const restarted = await h.again();
      expect((await restarted.getRun(id)).run).toMatchObject({ status: 'queued', recoveries: 1 });
      expect(warnings.join()).toContain('could not be written');
    });
  });
}
