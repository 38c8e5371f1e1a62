import { beforeEach, describe, expect, it } from 'vitest';
import {
  every,
  failed,
  HOUR,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  SECOND,
  SUCCEEDED,
  T0,
  TYPES,
  useStore,
} from './rig.ts';

export function pauseContract(makeStore: MakeStore): void {
  // Promise P14, pause. Lessons 8, resume; 12, pause.
  describe('pause and resume', () => {
    const t = useStore(makeStore);
    const pause = { kind: 'pause', cancelLive: false } as const;

    it('a paused job has a reason, an end, no next run, and survives a restart', async () => {
      await t.create('a');
      const until = T0 + HOUR;
      const { job } = await t.done('a', { ...pause, reason: 'maintenance', by: 'ada', until });
      expect(job).toMatchObject({
        status: 'paused',
        pause: { at: T0, reason: 'maintenance', by: 'ada', until },
      });
      expect(job).not.toHaveProperty('nextRunAt');
      await t.reopen();
      expect(await t.job('a')).toEqual(job);
      t.clock.advance(10 * MINUTE);
      expect(await t.plan()).toMatchObject({ queued: [], skipped: [], nextWakeAt: until });
    });

    it('a resume goes to the next future slot', async () => {
      await t.create('a');
      await t.done('a', pause);
      t.clock.advance(10 * MINUTE + SECOND);
      const { job, queued } = await t.done('a', { kind: 'resume' });
      expect(job).toMatchObject({ status: 'active', nextRunAt: T0 + 11 * MINUTE });
      expect(job).not.toHaveProperty('pause');
      expect(queued).toEqual([]);
    });

    it('the end of a pause is a resume at that instant; slots that nothing ran since are missed ones', async () => {
      await t.create('a');
      await t.done('a', { ...pause, until: T0 + 90 * SECOND });
      t.clock.advance(10 * MINUTE);
      const { queued } = await t.plan();
      expect(queued).toHaveLength(1);
      expect((await t.runs())[0]).toMatchObject({
        scheduledFor: T0 + 10 * MINUTE,
        missedFrom: T0 + 2 * MINUTE,
        missed: 9,
      });
    });

    it('queued runs and retries are held until the resume; running runs finish', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow', maxAttempts: 5 });
      for (let n = 0; n < 3; n += 1) await t.trigger('a');
      const { runs } = await t.claim(2);
      t.clock.advance(1);
      await t.done('a', pause);
      expect((await t.claim()).runs).toEqual([]);
      const [first, second] = runs;
      if (first === undefined || second === undefined) throw new Error('two runs must be claimed');
      expect(await t.settle(first, SUCCEEDED)).toMatchObject({ kind: 'finished' });
      await t.settle(second, failed());
      expect(await t.live(second.id)).toMatchObject({ held: 'pause', failures: 1 });
      t.clock.advance(HOUR);
      await t.plan();
      expect((await t.claim()).runs).toEqual([]);
      await t.done('a', { kind: 'resume' });
      expect((await t.claim()).runs).toHaveLength(2);
    });

    it('a run by hand goes through during a pause', async () => {
      await t.create('a');
      await t.done('a', pause);
      t.clock.advance(1);
      const run = await t.trigger('a');
      const claimed = await t.claimOne();
      expect(claimed.id).toBe(run.id);
      await t.settle(claimed, failed());
      expect(await t.live(run.id)).toMatchObject({ held: 'no' });
    });

    describe('of the job of enqueued runs', () => {
      const id = 'enqueued.noop';
      const heldOf = async (runId: string) => (await t.live(runId)).held;
      beforeEach(() => t.create(id, { schedule: ON_DEMAND, overlap: 'allow', maxAttempts: 5 }));

      it('a run asked for during the pause waits for the resume', async () => {
        // On PostgreSQL, the second one is one statement, which remembers the job as it was.
        const claim = { node: 'node-1', types: TYPES, places: 9, prefetch: 0 };
        const enqueue = () => t.done(id, { kind: 'trigger' }, { claim });
        for (let n = 0; n < 2; n++) await t.settleAll((await enqueue()).claimed?.runs ?? []);
        await t.done(id, pause);
        t.clock.advance(1);
        const { queued, claimed } = await enqueue();
        expect(claimed?.runs ?? []).toEqual([]);
        expect(queued).toMatchObject([{ held: 'pause' }]);
        t.clock.advance(HOUR);
        await t.plan();
        expect((await t.claim()).runs).toEqual([]);
        await t.done(id, { kind: 'resume' });
        expect((await t.claimOne()).id).toBe(queued[0]?.id);
        expect((await enqueue()).queued).toMatchObject([{ held: 'no' }]);
      });

      it('it is due at the end of the pause, in the order in which it was asked for', async () => {
        const until = T0 + HOUR;
        await t.done(id, { ...pause, until });
        const asked: string[] = [];
        for (let n = 0; n < 3; n++) {
          t.clock.advance(1);
          asked.push((await t.trigger(id)).id);
        }
        expect(await t.plan()).toMatchObject({ nextWakeAt: until });
        t.clock.set(until);
        await t.plan();
        expect((await t.claim()).runs.map((run) => run.id)).toEqual(asked);
      });

      it('a run with a `run_at` of its own, asked for during the pause, waits for both', async () => {
        await t.done(id, pause);
        t.clock.advance(1);
        const { queued } = await t.done(id, { kind: 'trigger', runAt: T0 + MINUTE });
        const runId = queued[0]?.id ?? '';
        expect(await heldOf(runId)).toBe('run_at');
        t.clock.advance(MINUTE);
        await t.plan();
        expect(await heldOf(runId)).toBe('pause');
        await t.done(id, { kind: 'resume' });
        expect((await t.claimOne()).id).toBe(runId);
      });

      it('a claim that is given back, and a retry, are held', async () => {
        for (let n = 0; n < 2; n++) await t.trigger(id);
        const [first, second] = (await t.claim()).runs;
        if (first === undefined || second === undefined) throw new Error('two runs must be claimed');
        await t.done(id, pause);
        await t.settle(first, { kind: 'given_back' });
        await t.settle(second, failed());
        expect([await heldOf(first.id), await heldOf(second.id)]).toEqual(['pause', 'pause']);
        expect((await t.claim()).runs).toEqual([]);
      });

      it('such a run can be cancelled, and a restart keeps it', async () => {
        await t.done(id, pause);
        const [kept, cancelled] = [await t.trigger(id), await t.trigger(id)];
        expect(await t.store.cancelRun({ runId: cancelled.id, force: false })).toMatchObject({
          kind: 'cancelled',
        });
        await t.reopen();
        await t.plan();
        expect((await t.claim()).runs).toEqual([]);
        await t.done(id, { kind: 'resume' });
        expect((await t.claimOne()).id).toBe(kept.id);
      });
    });

    it('`cancel_live` cancels all live runs, but none with a future run_at of its own', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      await t.trigger('a');
      const claimed = await t.claimOne();
      const waiting = await t.trigger('a');
      const own = await t.done('a', { kind: 'trigger', runAt: T0 + HOUR });
      const result = await t.done('a', { ...pause, cancelLive: true });
      expect(result.finished).toMatchObject([{ id: waiting.id, status: 'cancelled', reason: 'user' }]);
      expect(result.cancelRequests).toMatchObject([{ runId: claimed.id }]);
      expect(await t.live(own.queued[0]?.id ?? '')).toMatchObject({ held: 'run_at' });
    });

    it('a run whose own run_at comes during the pause waits for the resume', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const { queued } = await t.done('a', { kind: 'trigger', runAt: T0 + MINUTE });
      t.clock.advance(1);
      await t.done('a', pause);
      t.clock.advance(MINUTE);
      await t.plan();
      expect(await t.live(queued[0]?.id ?? '')).toMatchObject({ held: 'pause' });
      expect((await t.plan()).nextWakeAt).toBeUndefined();
      await t.done('a', { kind: 'resume' });
      expect((await t.claimOne()).id).toBe(queued[0]?.id);
    });

    it('a paused job can be edited, and stays paused', async () => {
      await t.create('a');
      await t.done('a', pause);
      const { job } = await t.edit('a', { schedule: every(HOUR) });
      expect(job).toMatchObject({ status: 'paused' });
      expect(job).not.toHaveProperty('nextRunAt');
      expect((await t.done('a', { kind: 'resume' })).job.nextRunAt).toBe(T0 + HOUR);
    });

    it('resuming a job that is not paused changes nothing', async () => {
      const job = await t.create('a');
      expect(await t.done('a', { kind: 'resume' })).toMatchObject({ changed: false, job });
    });

    it('an end in the past is refused, and so is pausing a finished job', async () => {
      await t.create('a');
      expect(await t.command('a', { ...pause, until: T0 })).toMatchObject({
        refusal: { code: 'until_past' },
      });
      await t.create('once', { schedule: { kind: 'run_at', runAt: T0 } });
      await t.plan();
      await t.settle(await t.claimOne(), SUCCEEDED);
      expect(await t.command('once', pause)).toMatchObject({ refusal: { code: 'finished' } });
    });
  });
}
