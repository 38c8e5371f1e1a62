import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { turns, whileAway } from './away.ts';
import { createHarness, type Harness, job, type MakeDatabase, T0, untilAborted } from './engine-harness.ts';

/** The store does what it was asked, now or later, and its answer is lost. */
export function lostAnswers(makeDatabase: MakeDatabase): void {
  let h: Harness;
  beforeEach(async () => {
    h = await createHarness({ concurrency: 3 }, makeDatabase);
    await h.engine.createJob(job({ overlap: 'allow' }));
  });
  afterEach(() => h.close());

  const { trigger, runOf, tickThrough } = whileAway(() => h);

  // Promises P1, identity; P9, lost nodes.
  describe('what was done and not answered', () => {
    it('a settlement whose answer got lost counts once, and what it released is seen', async () => {
      await h.engine.createJob(job({ id: 'queue', overlap: 'queue' }));
      const first = (await h.engine.trigger('queue')).run.id;
      const second = (await h.engine.trigger('queue')).run.id;
      h.store.make('answer lost', 'settle');
      await tickThrough();
      h.store.restore();
      for (let n = 0; n < 3; n++) await h.engine.tick();
      expect(await runOf(first)).toMatchObject({ status: 'succeeded', attempt: 1 });
      expect(await runOf(second)).toMatchObject({ status: 'succeeded', attempt: 1 });
    });

    /** A job whose creation got no answer. */
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

    it('slots of a job whose creation got no answer run in time', async () => {
      await h.engine.tick();
      h.store.make('answer lost', 'insertJob');
      await makeLost();
      h.store.restore();
      await h.engine.tick();
      await runsInTime();
    });

    it('slots of such a job run in time also when it is written after the look for it', async () => {
      await h.engine.tick();
      const written = Promise.withResolvers<void>();
      const done = h.store.doLate(written.promise, 'insertJob');
      await makeLost();
      await h.engine.tick();
      written.resolve();
      await done;
      await runsInTime();
    });

    it('a claim whose answer was lost is given back at no cost', async () => {
      const id = await trigger();
      h.store.make('answer lost', 'claim');
      await tickThrough();
      expect(await runOf(id)).toHaveProperty('claim');
      h.store.restore();
      await h.engine.tick();
      await h.engine.tick();
      expect(await runOf(id)).toMatchObject({ status: 'succeeded', attempt: 1, recoveries: 0 });
    });

    it('claims that the node holds are not given back with it', async () => {
      h.deps.handler = untilAborted;
      const running = await trigger();
      await h.engine.tick();
      const claimed = await runOf(running);
      const lost = await trigger();
      h.store.make('answer lost', 'claim');
      await tickThrough();
      h.store.restore();
      await h.engine.tick();
      await h.engine.tick();
      expect(await runOf(running)).toEqual(claimed);
      expect(await runOf(lost)).toMatchObject({ status: 'running', recoveries: 0 });
    });

    it('a run whose settlement is being written ahead of a command is not given back', async () => {
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
      h.store.watch('settle', () => {
        settlements += 1;
        return settlements === 1 ? onItsWay.promise : undefined;
      });
      first.resolve();
      await turns();
      await h.engine.pauseJob('other');
      expect(settlements).toBe(1);
      const lost = await trigger();
      h.store.make('answer lost', 'claim');
      await tickThrough();
      h.store.restore();
      await h.engine.tick();
      await h.engine.tick();
      expect(await runOf(ended)).toMatchObject({ status: 'running' });
      onItsWay.resolve();
      await expect.poll(() => runOf(ended)).toMatchObject({ status: 'succeeded', attempt: 1 });
      expect(started).toEqual([ended, lost]);
    });

    it('a claim whose answer was lost is given back, also after an older claim of its run ended here', async () => {
      const started: string[] = [];
      h.deps.handler = (ctx) => void started.push(ctx.run.id);
      const answered = Promise.withResolvers<void>();
      h.store.make(answered.promise, 'claim');
      const asked = new Promise<void>((resolve) => h.store.watch('claim', resolve));
      const id = await trigger();
      const ticked = h.engine.tick();
      await asked;
      await h.engine.patchJob('job', { description: 'takes back what has not started' });
      h.store.make('answer lost', 'settle', 'claim');
      answered.resolve();
      await expect(ticked).rejects.toMatchObject({ code: 'unavailable' });
      expect(await runOf(id)).toHaveProperty('claim');
      h.store.restore();
      await h.engine.tick();
      await h.engine.tick();
      expect(await runOf(id)).toMatchObject({ status: 'succeeded', attempt: 1, recoveries: 0 });
      expect(started).toEqual([id]);
    });

    it('a claim whose answer was lost is given back, also when it is written after the first search', async () => {
      const written = Promise.withResolvers<void>();
      const done = h.store.doLate(written.promise, 'claim');
      const id = await trigger();
      await expect(h.engine.tick()).rejects.toMatchObject({ code: 'unavailable' });
      h.store.watch('claim', () => {
        written.resolve();
        return done;
      });
      await h.engine.tick();
      expect(await runOf(id)).toHaveProperty('claim');
      h.clock.advance(1_000);
      await h.engine.tick();
      expect(await runOf(id)).toMatchObject({ status: 'succeeded', attempt: 1, recoveries: 0 });
    });
  });
}
