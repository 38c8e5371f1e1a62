import { describe, expect, it } from 'vitest';
import { every, type MakeStore, MINUTE, ON_DEMAND, required, SUCCEEDED, T0, useStore } from './rig.ts';

export function recoverContract(makeStore: MakeStore): void {
  // Promises P7, overlap; P9, lost nodes; P12, cancel; P13, delete; P14, pause. Lesson 16, locks that outlive
  // a crash.
  describe('recovery', () => {
    const t = useStore(makeStore);

    it('a claim of a dead node is taken back at once and costs no attempt', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      const run = await t.claimOne('dead');
      t.clock.advance(MINUTE);
      expect(await t.store.recover({ node: 'node-2' })).toEqual({ recovered: 1, failed: 0 });
      const waiting = await t.live(run.id);
      expect(waiting).toMatchObject({
        status: 'queued',
        held: 'no',
        recoveries: 1,
        failures: 0,
        availableAt: T0,
      });
      expect(waiting).not.toHaveProperty('claim');
      expect(await t.claimOne('node-2')).toMatchObject({ id: run.id, attempt: 1 });
    });

    it('the claims of the node itself are left alone', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      const run = await t.claimOne('node-1');
      expect(await t.store.recover({ node: 'node-1' })).toEqual({ recovered: 0, failed: 0 });
      expect(await t.settle(run, SUCCEEDED)).toMatchObject({ kind: 'finished' });
    });

    it('prefetched runs are taken back, too', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      for (let n = 0; n < 3; n += 1) await t.trigger('a');
      await t.claim(1, 2, 'dead');
      expect(await t.store.recover({ node: 'node-2' })).toEqual({ recovered: 3, failed: 0 });
    });

    it('the sixth lost claim fails the run', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      const { id } = await t.trigger('a');
      for (let n = 1; n <= 5; n += 1) {
        await t.claimOne(`dead-${n}`);
        expect(await t.store.recover({ node: 'node' })).toEqual({ recovered: 1, failed: 0 });
        t.clock.advance(MINUTE);
      }
      await t.claimOne('dead-6');
      expect(await t.store.recover({ node: 'node' })).toEqual({ recovered: 0, failed: 1 });
      expect(await t.finished(id)).toMatchObject({
        status: 'failed',
        reason: 'lost',
        recoveries: 6,
        errors: [{ reason: 'lost' }],
      });
      expect(await t.job('a')).toMatchObject({ failedInRow: 1 });
    });

    it('a lost run that was asked to stop is cancelled, never run again', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'queue' });
      const { id } = await t.trigger('a');
      const next = await t.trigger('a');
      await t.claimOne('dead');
      await t.store.cancelRun({ runId: id, force: false });
      await t.store.recover({ node: 'node-2' });
      expect(await t.finished(id)).toMatchObject({ status: 'cancelled', reason: 'user', recoveries: 1 });
      expect((await t.claimOne('node-2')).id).toBe(next.id);
    });

    it('returns the runs that ended by it, if asked to', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const { id: lost } = await t.trigger('a');
      for (let n = 1; n <= 5; n += 1) {
        await t.claimOne(`dead-${n}`);
        await t.store.recover({ node: 'node' });
        t.clock.advance(MINUTE);
      }
      await t.claimOne('dead-6');
      const { id: stopped } = await t.trigger('a');
      await t.claimOne('dead-7');
      await t.store.cancelRun({ runId: stopped, force: false });
      await t.trigger('a');
      await t.claimOne('dead-8');
      const { ended = [], ...counts } = await t.store.recover({ node: 'node', withEnded: true });
      expect(counts).toEqual({ recovered: 1, failed: 1 });
      expect(ended).toHaveLength(2);
      const error = expect.objectContaining({ reason: 'lost', name: 'LostError' });
      expect(ended).toContainEqual({ runId: lost, jobId: 'a', status: 'failed', reason: 'lost', error });
      expect(ended).toContainEqual({ runId: stopped, jobId: 'a', status: 'cancelled', reason: 'user' });
    });

    it('a run that was asked to stop is cancelled when its node gives it back, and returned', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      const { id } = await t.trigger('a');
      await t.claimOne('node-1');
      await t.store.cancelRun({ runId: id, force: false });
      expect(await t.store.reconcile({ node: 'node-1', holds: [], withEnded: true })).toEqual({
        givenBack: 0,
        left: 0,
        ended: [{ runId: id, jobId: 'a', status: 'cancelled', reason: 'user' }],
      });
      expect(await t.finished(id)).toMatchObject({ status: 'cancelled', reason: 'user', attempt: 0 });
    });

    it('the last claim of a run that was lost too often settles nothing', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      const { id } = await t.trigger('a');
      for (let n = 0; n < 5; n += 1) {
        await t.claimOne(`dead-${n}`);
        await t.store.recover({ node: 'node' });
        t.clock.advance(MINUTE);
      }
      const last = await t.claimOne('dead-5');
      await t.store.recover({ node: 'node' });
      expect(await t.settle(last, SUCCEEDED)).toEqual({ kind: 'stale' });
      expect(await t.finished(id)).toMatchObject({ status: 'failed', reason: 'lost' });
    });

    it('a run taken back from a paused job waits for the resume', async () => {
      await t.create('a');
      t.clock.advance(MINUTE);
      await t.plan();
      await t.claimOne('dead');
      await t.done('a', { kind: 'pause', cancelLive: false });
      await t.store.recover({ node: 'node-2' });
      expect((await t.claim()).runs).toEqual([]);
      await t.done('a', { kind: 'resume' });
      expect((await t.claim()).runs).toHaveLength(1);
    });

    it('a run that was taken back keeps its room', async () => {
      await t.create('a', { schedule: every(MINUTE) });
      t.clock.advance(MINUTE);
      await t.plan();
      await t.claimOne('dead');
      await t.store.recover({ node: 'node-2' });
      t.clock.advance(MINUTE);
      expect((await t.plan()).skipped).toMatchObject([{ reason: 'overlap' }]);
    });

    it('a claim of a job that has been deleted is cancelled', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      const { id } = await t.trigger('a');
      await t.claimOne('dead');
      await t.done('a', { kind: 'delete' });
      await t.store.recover({ node: 'node-2' });
      expect(await t.finished(id)).toMatchObject({ status: 'cancelled', reason: 'deleted' });
    });

    it('a node gives back, at no cost, exactly the claims that it does not hold', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      for (let n = 0; n < 3; n += 1) await t.trigger('a');
      const [held, lost] = (await t.claim(2, 0, 'node-1')).runs;
      const other = await t.claimOne('node-2');
      expect(await t.store.reconcile({ node: 'node-1', holds: [required(held).fence] })).toEqual({
        givenBack: 1,
        left: 0,
      });
      expect(await t.live(required(lost).id)).toMatchObject({ status: 'queued', recoveries: 0, failures: 0 });
      expect(await t.settle(required(lost), SUCCEEDED)).toEqual({ kind: 'stale' });
      expect(await t.settle(required(held), SUCCEEDED)).toMatchObject({ kind: 'finished' });
      expect(await t.settle(other, SUCCEEDED)).toMatchObject({ kind: 'finished' });
      expect(await t.store.reconcile({ node: 'node-1', holds: [] })).toEqual({ givenBack: 0, left: 0 });
    });

    it('a node that holds only an older claim of a run gives the newer one back', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      const older = await t.claimOne('node-1');
      await t.settle(older, { kind: 'given_back' });
      const newest = await t.claimOne('node-1');
      expect(newest.id).toBe(older.id);
      expect(await t.store.reconcile({ node: 'node-1', holds: [older.fence] })).toEqual({
        givenBack: 1,
        left: 0,
      });
    });

    it('after a restart, claims still belong to the node that made them', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      const { id } = await t.trigger('a');
      await t.claimOne('first');
      await t.reopen();
      expect(await t.live(id)).toMatchObject({ claim: { node: 'first' } });
      expect(await t.store.recover({ node: 'second' })).toEqual({ recovered: 1, failed: 0 });
    });
  });
}
