import { describe, expect, it } from 'vitest';
import { MAX_JOB_VERSIONS } from '../../src/core/transactions/tables/tables.ts';
import { RETENTION } from './everything.ts';
import { DAY, failed, type MakeStore, MINUTE, ON_DEMAND, required, SUCCEEDED, T0, useStore } from './rig.ts';

export function runOriginsContract(makeStore: MakeStore): void {
  // Promises P41, run records; P12, cancel; P15, run now.
  describe('what a run ran with, and who asked for it', () => {
    const t = useStore(makeStore);
    const view = async (runId: string) => required(await t.store.getRun(runId));
    const versions = (jobUid: string, limit = 1_000) => t.store.listVersions({ jobUid, limit });

    it('a finished run keeps the version and the payload that it ran with, after edits', async () => {
      await t.create('a', { schedule: ON_DEMAND, payload: '{"n":1}' });
      await t.trigger('a');
      const run = await t.claimOne();
      await t.settle(run, SUCCEEDED, { jobVersion: 1 });
      expect(await view(run.id)).toMatchObject({ jobVersion: 1, ranWith: '{"n":1}' });
      await t.edit('a', { payload: '{"n":2}' });
      expect(await view(run.id)).toMatchObject({ jobVersion: 1, ranWith: '{"n":1}' });
      expect(await t.finished(run.id)).toMatchObject({ jobVersion: 1 });
    });

    it('an edit while a run is claimed does not change what the run runs with', async () => {
      await t.create('a', { schedule: ON_DEMAND, payload: '{"n":1}' });
      const { id } = await t.trigger('a');
      expect(await view(id)).toMatchObject({ ranWith: '{"n":1}' });
      expect(await view(id)).not.toHaveProperty('jobVersion');
      const run = await t.claimOne();
      expect(await view(id)).toMatchObject({ jobVersion: 1, ranWith: '{"n":1}' });
      await t.edit('a', { payload: '{"n":2}' });
      await t.edit('a', { payload: '{"n":3}' });
      expect(await view(id)).toMatchObject({ jobVersion: 1, ranWith: '{"n":1}' });
      await t.settle(run, failed());
      // It waits for its retry, which gets the job as it will be then.
      expect(await view(id)).toMatchObject({ ranWith: '{"n":3}' });
      expect(await view(id)).not.toHaveProperty('jobVersion');
      t.clock.advance(DAY);
      await t.settle(await t.claimOne(), failed('no', true), { jobVersion: 3 });
      expect(await view(id)).toMatchObject({ jobVersion: 3, ranWith: '{"n":3}' });
    });

    it('the version of a run that its node lost is that of its claim', async () => {
      await t.create('a', { schedule: ON_DEMAND, payload: '{"n":1}' });
      const { id } = await t.trigger('a');
      await t.claimOne('gone');
      await t.edit('a', { payload: '{"n":2}' });
      await t.store.cancelRun({ runId: id, force: true });
      expect(await view(id)).toMatchObject({ jobVersion: 1, ranWith: '{"n":1}' });
    });

    it('a payload of its own is what a run ran with', async () => {
      await t.create('a', { schedule: ON_DEMAND, payload: '{"n":1}' });
      await t.done('a', { kind: 'trigger', payload: '{"own":true}' });
      const run = await t.claimOne();
      await t.settle(run, SUCCEEDED, { jobVersion: 1 });
      expect(await view(run.id)).toMatchObject({ jobVersion: 1, ranWith: '{"own":true}' });
    });

    it('keeps replaced definitions, newest first, with who replaced them', async () => {
      const { uid } = await t.create('a', { name: 'One', tags: ['eu'] });
      expect(await versions(uid)).toEqual([]);
      t.clock.advance(MINUTE);
      const audit = { actor: 'user:42', action: 'job.edit', change: '{}' };
      const definition = { ...(await t.job('a')), name: 'Two' };
      await t.done('a', { kind: 'edit', definition }, { audit });
      await t.edit('a', { name: 'Three' });
      const [second, first] = await versions(uid);
      expect(second).toMatchObject({ version: 2, madeAt: T0 + MINUTE, definition: { name: 'Two' } });
      expect(first).toMatchObject({
        version: 1,
        madeAt: T0,
        replacedAt: T0 + MINUTE,
        replacedBy: 'user:42',
        definition: { id: 'a', name: 'One', tags: ['eu'], payload: '{}' },
      });
      expect(first?.definition).not.toHaveProperty('uid');
      expect(await t.store.listVersions({ jobUid: uid, limit: 1, before: 2 })).toEqual([first]);
      await t.done('a', { kind: 'pause', cancelLive: false });
      expect(await versions(uid)).toHaveLength(2);
    });

    it('keeps a bounded number of definitions, and each one that a kept run ran with', async () => {
      const { uid } = await t.create('a', { schedule: ON_DEMAND, payload: '{"n":1}' });
      await t.trigger('a');
      const run = await t.claimOne();
      await t.settle(run, SUCCEEDED, { jobVersion: 1 });
      for (let n = 0; n < MAX_JOB_VERSIONS + 3; n++) await t.edit('a', { description: `edit ${n}` });
      const kept = await versions(uid);
      expect(kept).toHaveLength(MAX_JOB_VERSIONS + 1);
      expect(kept.at(-1)?.version).toBe(1);
      expect(await view(run.id)).toMatchObject({ ranWith: '{"n":1}' });
    });

    it('the definitions go with the last trace of a deleted job', async () => {
      const { uid } = await t.create('a', { schedule: ON_DEMAND });
      await t.edit('a', { name: 'Two' });
      await t.done('a', { kind: 'delete' });
      expect(await versions(uid)).toHaveLength(1);
      t.clock.advance(MINUTE);
      await t.store.prune(RETENTION);
      expect(await versions(uid)).toEqual([]);
    });

    it('keeps who asked for a run', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const { queued } = await t.done('a', { kind: 'trigger', by: 'user:42' });
      const id = required(queued[0]).id;
      expect(await t.live(id)).toMatchObject({ requestedBy: 'user:42' });
      await t.settle(await t.claimOne(), SUCCEEDED);
      expect(await t.finished(id)).toMatchObject({ requestedBy: 'user:42' });
      const { id: nameless } = await t.trigger('a');
      expect(await t.live(nameless)).not.toHaveProperty('requestedBy');
    });

    it('keeps who cancelled a waiting run, and who was the first to stop a running one', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const { id: waiting } = await t.trigger('a');
      await t.store.cancelRun({ runId: waiting, force: false, by: 'user:42' });
      expect(await t.finished(waiting)).toMatchObject({ status: 'cancelled', cancelledBy: 'user:42' });
      await t.trigger('a');
      const run = await t.claimOne();
      await t.store.cancelRun({ runId: run.id, force: false, by: 'user:1' });
      await t.store.cancelRun({ runId: run.id, force: false, by: 'user:2' });
      expect(await t.live(run.id)).toMatchObject({ cancelledBy: 'user:1' });
      expect(await t.settle(run, { kind: 'cancelled' })).toMatchObject({ status: 'cancelled', by: 'user:1' });
      expect(await t.finished(run.id)).toMatchObject({ cancelledBy: 'user:1' });
    });

    it('keeps who cancelled runs by a pause or a deletion', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const { id } = await t.trigger('a');
      await t.done('a', { kind: 'pause', cancelLive: true, by: 'user:7' });
      expect(await t.finished(id)).toMatchObject({ cancelledBy: 'user:7' });
      await t.done('a', { kind: 'resume' });
      const { id: second } = await t.trigger('a');
      await t.done('a', { kind: 'delete', by: 'user:8' });
      expect(await t.finished(second)).toMatchObject({ reason: 'deleted', cancelledBy: 'user:8' });
    });

    it('keeps the fingerprint of the last error with each failed run, and with no other', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      const fail = async (message: string) => {
        await t.trigger('a');
        const run = await t.claimOne();
        await t.settle(run, failed(message, true));
        return (await t.finished(run.id)).fingerprint;
      };
      const first = await fail('Order 17 was not found');
      expect(first).toMatch(/^[0-9a-f]{16}$/);
      expect(await fail('Order 4711 was not found')).toBe(first);
      expect(await fail('Disk full')).not.toBe(first);
      await t.trigger('a');
      const run = await t.claimOne();
      await t.settle(run, SUCCEEDED);
      expect(await t.finished(run.id)).not.toHaveProperty('fingerprint');
    });
  });
}
