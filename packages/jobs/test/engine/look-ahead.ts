import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beforeSlot, EVERY, SLOT } from './claimed-ahead.ts';
import { createHarness, type Harness, job, type MakeDatabase, manualHandlers } from './engine-harness.ts';

export function lookingAhead(makeDatabase: MakeDatabase): void {
  let h: Harness;
  const { starts, runs, passUntil, noteStarts, claimedAhead } = beforeSlot(() => h);
  beforeEach(async () => {
    h = await createHarness({ autoRun: true, concurrency: 1 }, makeDatabase);
    noteStarts();
  });
  afterEach(() => h.close());

  // Promises P3, grid; P7, overlap; P8, retries; P9, lost nodes; P12, cancel; P13, delete; P14, pause; P16,
  // edit; P17, clock.
  describe('a slot that comes soon', () => {
    it('is claimed ahead, and its run starts at its time to the millisecond, no sooner', async () => {
      await h.engine.createJob(job(EVERY));
      await claimedAhead();
      expect((await h.engine.getJob('job')).job).toMatchObject({
        lastSlotAt: SLOT,
        nextRunAt: SLOT + 10_000,
      });
      h.clock.advance(39);
      await h.store.quiet();
      expect(starts).toEqual([]);
      h.clock.advance(1);
      expect(starts).toEqual([SLOT]);
      await passUntil(SLOT + 100);
      await expect.poll(runs).toMatchObject([{ status: 'succeeded', startedAt: SLOT }]);
    });

    describe('among others', () => {
      /** When the runs start of jobs whose slots are due at `slots`. All times in ms after `SLOT`. */
      const startsOf = async (slots: readonly number[]) => {
        await h.close();
        h = await createHarness({ autoRun: true, concurrency: 20 }, makeDatabase);
        h.deps.handler = () => void starts.push(h.clock.now() - SLOT);
        for (const [n, at] of slots.entries())
          await h.engine.createJob(job({ ...EVERY, id: `${n}`, startAt: new Date(SLOT + at).toISOString() }));
        await passUntil(SLOT - 40);
        const claimed = async () =>
          (await h.engine.listRuns({ limit: 20 })).rows.filter(({ run }) => 'claim' in run);
        await expect.poll(() => h.pass(5).then(claimed)).toHaveLength(slots.length);
        h.clock.advance(SLOT + 40 - h.clock.now());
        return starts;
      };

      it('starts together with runs that are due within 4 ms of a start, and otherwise to the millisecond', async () => {
        expect(await startsOf([0, 1, 4, 5, 30])).toEqual([0, 4, 4, 8, 30]);
      });

      it('starts as soon as eight are due', async () => {
        expect(await startsOf([0, 1, 1, 1, 1, 1, 1, 1, 2, 3])).toEqual([0, ...Array(8).fill(2), 6]);
      });
    });

    it('is not taken ahead while a run of the job is live', async () => {
      await h.engine.createJob(job({ ...EVERY, overlap: 'queue' }));
      const manual = manualHandlers();
      h.deps.handler = manual.handler;
      await h.engine.trigger('job');
      await passUntil(SLOT - 20);
      expect(manual.started).toHaveLength(1);
      expect(await runs()).toHaveLength(1);
      await passUntil(SLOT + 20);
      await expect.poll(runs).toMatchObject([{ scheduledFor: SLOT, held: 'overlap' }, {}]);
      manual.end();
    });

    it('waits for the resume when its job is paused', async () => {
      await h.engine.createJob(job(EVERY));
      await claimedAhead();
      await h.engine.pauseJob('job');
      await passUntil(SLOT + 200);
      expect(starts).toEqual([]);
      expect(await runs()).toMatchObject([{ status: 'queued', held: 'pause', scheduledFor: SLOT }]);
      await h.engine.resumeJob('job');
      await expect.poll(() => h.pass(5).then(() => starts)).toHaveLength(1);
    });

    it('is cancelled and never starts when its job is deleted', async () => {
      await h.engine.createJob(job(EVERY));
      await claimedAhead();
      await h.engine.deleteJob('job');
      await passUntil(SLOT + 200);
      expect(starts).toEqual([]);
      await expect.poll(runs).toMatchObject([{ status: 'cancelled', reason: 'deleted' }]);
    });

    it('is cancelled when its job is deleted while the slot is being claimed', async () => {
      await h.engine.createJob(job(EVERY));
      const asked = Promise.withResolvers<void>();
      h.store.watch('command', () => asked.promise);
      await passUntil(SLOT - 150);
      const deleted = h.engine.deleteJob('job');
      await claimedAhead();
      asked.resolve();
      await deleted;
      await passUntil(SLOT + 200);
      expect(starts).toEqual([]);
      await expect.poll(runs).toMatchObject([{ status: 'cancelled', reason: 'deleted' }]);
    });

    it('runs once as before when its job is edited, and the new grid continues from there', async () => {
      await h.engine.createJob(job(EVERY));
      await claimedAhead();
      await h.engine.patchJob('job', { name: 'Another name' });
      await h.engine.patchJob('job', { interval: '20s' });
      expect((await h.engine.getJob('job')).job.nextRunAt).toBe(SLOT + 20_000);
      await passUntil(SLOT + 200);
      expect(starts).toHaveLength(1);
      expect(starts[0]).toBeGreaterThanOrEqual(SLOT);
    });

    it('is run by another process at its time if the one that claimed it dies before', async () => {
      await h.engine.createJob(job(EVERY));
      await claimedAhead();
      const next = await h.again();
      expect((await next.listRuns({ limit: 9 })).rows.map(({ run }) => run)).toMatchObject([
        { status: 'queued', availableAt: SLOT, recoveries: 1 },
      ]);
    });

    it('starts when the clock reaches it again after a jump back', async () => {
      await h.engine.createJob(job(EVERY));
      await claimedAhead();
      h.clock.set(SLOT - 5_000);
      await passUntil(SLOT - 20);
      expect(starts).toEqual([]);
      await passUntil(SLOT + 20);
      expect(starts).toEqual([SLOT]);
    });

    it('starts soon after a clock that jumped back is corrected', async () => {
      await h.engine.createJob(job(EVERY));
      await claimedAhead();
      h.clock.set(SLOT - 5_000);
      h.clock.advance(60);
      h.clock.set(SLOT);
      h.clock.advance(200);
      expect(starts).toHaveLength(1);
    });

    it('starts to the millisecond after the clock was set back a little', async () => {
      await h.engine.createJob(job(EVERY));
      await claimedAhead();
      h.clock.set(SLOT - 42);
      h.clock.advance(100);
      expect(starts).toEqual([SLOT]);
    });

    it('is checked again when the clock has jumped past it, as after the process stood still', async () => {
      await h.engine.createJob(job(EVERY));
      await claimedAhead();
      h.clock.set(SLOT + 5_000);
      h.clock.advance(100);
      expect(starts).toEqual([]);
      await expect.poll(() => h.pass(20).then(() => starts)).toHaveLength(1);
      expect(await runs()).toMatchObject([{ scheduledFor: SLOT, recoveries: 0 }]);
    });

    it('is due at its time when a stopping process gives it back', async () => {
      await h.engine.createJob(job(EVERY));
      await claimedAhead();
      const stopped = h.engine.stop();
      await expect
        .poll(() =>
          passUntil(h.clock.now())
            .then(runs)
            .catch(() => 'stopped'),
        )
        .toBe('stopped');
      await stopped;
      const next = await h.again();
      const [row] = (await next.listRuns({ limit: 9 })).rows;
      expect(row?.run).toMatchObject({ status: 'queued', availableAt: SLOT, recoveries: 0 });
      expect(row?.run).not.toHaveProperty('claim');
    });
  });
}
