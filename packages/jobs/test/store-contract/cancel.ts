import { describe, expect, it } from 'vitest';
import {
  every,
  failed,
  HOUR,
  type MakeStore,
  ON_DEMAND,
  required,
  SECOND,
  SUCCEEDED,
  T0,
  useStore,
} from './rig.ts';

export function cancelContract(makeStore: MakeStore): void {
  // Promises P3, grid; P8, retries; P9, lost nodes; P11, timeout; P12, cancel; P17, clock. Lesson 15,
  // timeouts that stop nothing.
  describe('cancels', () => {
    const t = useStore(makeStore);
    const cancel = (runId: string, force = false) => t.store.cancelRun({ runId, force });

    it('a waiting run is cancelled at once', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      const { id } = await t.trigger('a');
      const result = await cancel(id);
      expect(result).toMatchObject({
        kind: 'cancelled',
        run: { id, status: 'cancelled', reason: 'user', attempt: 0 },
      });
      expect(result).not.toHaveProperty('voided');
      expect(await t.finished(id)).toEqual(result.kind === 'cancelled' ? result.run : undefined);
      expect((await t.claim()).runs).toEqual([]);
      await t.trigger('a');
    });

    it('a waiting retry keeps its errors', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      const run = await t.claimOne();
      await t.settle(run, failed('first'));
      await cancel(run.id);
      expect(await t.finished(run.id)).toMatchObject({
        status: 'cancelled',
        attempt: 1,
        errors: [{ message: 'first' }],
      });
    });

    it('a claimed run is asked to stop, and the request is stored with it', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      const run = await t.claimOne('node-3');
      expect(await cancel(run.id)).toMatchObject({
        kind: 'requested',
        run: { id: run.id, cancel: 'user' },
        request: { runId: run.id, node: 'node-3', fence: run.fence },
      });
      expect(await t.live(run.id)).toMatchObject({ status: 'running', cancel: 'user' });
      await t.settle(run, { kind: 'cancelled' });
      expect(await t.finished(run.id)).toMatchObject({ status: 'cancelled', reason: 'user', attempt: 1 });
    });

    it('asking twice is asking once', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      const run = await t.claimOne();
      const first = await cancel(run.id);
      expect(await cancel(run.id)).toEqual(first);
    });

    it('a handler that returned has succeeded even if a cancel arrived before the settlement', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      const run = await t.claimOne();
      await cancel(run.id);
      await t.settle(run, SUCCEEDED);
      expect(await t.finished(run.id)).toMatchObject({ status: 'succeeded' });
    });

    it('a handler that threw after it is cancelled, with its error', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      const run = await t.claimOne();
      await cancel(run.id);
      await t.settle(run, failed('aborted'));
      expect(await t.finished(run.id)).toMatchObject({
        status: 'cancelled',
        errors: [{ message: 'aborted' }],
      });
      expect(await t.job('a')).toMatchObject({ failedInRow: 0, lastStatus: 'cancelled' });
    });

    it('a cancelled run that is given back is settled, never run again', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      const { runs } = await t.claim(0, 1);
      const run = required(runs[0]);
      await cancel(run.id);
      const { fence, id: runId } = run;
      await t.store.settle([{ runId, fence, outcome: { kind: 'given_back' }, random: 0, finishedAt: T0 }]);
      const finished = await t.finished(run.id);
      expect(finished).toMatchObject({ status: 'cancelled', reason: 'user' });
      expect(finished).not.toHaveProperty('startedAt');
    });

    it('a cancelled run that is given back unstarted has made no attempt, also when claimed for a place', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      const { id: runId, fence } = await t.claimOne();
      await cancel(runId);
      await t.store.settle([{ runId, fence, outcome: { kind: 'given_back' }, random: 0, finishedAt: T0 }]);
      const finished = await t.finished(runId);
      expect(finished).toMatchObject({ status: 'cancelled', reason: 'user', attempt: 0 });
      expect(finished).not.toHaveProperty('startedAt');
      expect(await t.job('a')).not.toHaveProperty('lastRunAt');
    });

    it('a run that a shutdown stopped keeps its start', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      const run = await t.claimOne();
      await cancel(run.id);
      await t.settle(run, { kind: 'given_back' }, { startedAt: T0 });
      expect(await t.finished(run.id)).toMatchObject({ status: 'cancelled', attempt: 1, startedAt: T0 });
      expect(await t.job('a')).toMatchObject({ lastRunAt: T0, lastStatus: 'cancelled' });
    });

    it('with force, a claimed run ends now and its fence is void', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'queue' });
      await t.trigger('a');
      const next = await t.trigger('a');
      const run = await t.claimOne('node-3');
      t.clock.advance(SECOND);
      expect(await cancel(run.id, true)).toMatchObject({
        kind: 'cancelled',
        run: { status: 'cancelled', startedAt: T0, finishedAt: T0 + SECOND },
        voided: { runId: run.id, node: 'node-3', fence: run.fence },
      });
      expect(await t.settle(run, SUCCEEDED)).toEqual({ kind: 'stale' });
      expect(await t.store.report([{ runId: run.id, fence: run.fence, zombieSince: T0 }])).toMatchObject({
        stale: [run.id],
      });
      expect((await t.claimOne()).id).toBe(next.id);
    });

    it('a finished run stays as it ended', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      const run = await t.claimOne();
      await t.settle(run, SUCCEEDED);
      expect(await cancel(run.id, true)).toEqual({ kind: 'finished', run: await t.finished(run.id) });
    });

    it('an unknown run is absent', async () => {
      expect(await cancel('12345')).toEqual({ kind: 'absent' });
      expect(await cancel('no number')).toEqual({ kind: 'absent' });
    });

    it('cancelling the waiting run of a `fixed_delay` job sets its next run', async () => {
      await t.create('a', { schedule: every(HOUR, { mode: 'fixed_delay' }) });
      const { id } = await t.trigger('a');
      expect(await t.job('a')).not.toHaveProperty('nextRunAt');
      await cancel(id);
      expect((await t.job('a')).nextRunAt).toBe(T0 + HOUR);
    });

    it('a run whose own time is to come can be cancelled', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const { queued } = await t.done('a', { kind: 'trigger', runAt: T0 + HOUR });
      await cancel(required(queued[0]).id);
      expect(await t.job('a')).not.toHaveProperty('wakeAt');
      expect((await t.plan()).nextWakeAt).toBeUndefined();
    });

    it('a waiting retry can be made due now', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      const run = await t.claimOne();
      expect(await t.store.makeDue({ runId: run.id })).toBe('not_waiting');
      await t.settle(run, failed());
      expect((await t.claim()).runs).toEqual([]);
      expect(await t.store.makeDue({ runId: run.id })).toBe('due');
      expect(await t.store.makeDue({ runId: run.id })).toBe('not_waiting');
      const again = await t.claimOne();
      expect(again).toMatchObject({ id: run.id, attempt: 2 });
      await t.settle(again, SUCCEEDED);
      expect(await t.store.makeDue({ runId: run.id })).toBe('not_waiting');
      expect(await t.store.makeDue({ runId: '7' })).toBe('absent');
    });

    it('a due run that waits since the clock jumped back can be made due now', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      const { id } = await t.trigger('a');
      t.clock.set(T0 - HOUR);
      expect((await t.claim()).runs).toEqual([]);
      expect(await t.store.makeDue({ runId: id })).toBe('due');
      expect(await t.claimOne()).toMatchObject({ id });
    });

    it('a retry that is made due while the store closes is due in the next one', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      const run = await t.claimOne();
      await t.settle(run, failed());
      const asked = t.store.makeDue({ runId: run.id });
      await t.reopen();
      expect(await asked).toBe('due');
      expect(await t.claimOne()).toMatchObject({ id: run.id, attempt: 2 });
    });

    it('a held run is not made due', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const { queued } = await t.done('a', { kind: 'trigger', runAt: T0 + HOUR });
      expect(await t.store.makeDue({ runId: required(queued[0]).id })).toBe('not_waiting');
    });
  });
}
