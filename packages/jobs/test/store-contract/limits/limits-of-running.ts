import { describe, expect, it } from 'vitest';
import { type MakeStore, MINUTE, SECOND, TYPES } from '../rig.ts';
import { useLimits } from './limits-rig.ts';

// Promise P29, limits and priority.
export function limitsOfRunning(makeStore: MakeStore): void {
  describe('running at a time', () => {
    const { t, limit, job, trigger, claimAll, settle } = useLimits(makeStore);

    it('a run above the limit waits until one ends, and is claimed then', async () => {
      await limit({ running: 2 });
      await job('a');
      const ids = [await trigger('a'), await trigger('a'), await trigger('a')];
      const first = await claimAll();
      expect(first.ids).toEqual(ids.slice(0, 2));
      // A full group is looked at again by the end of a run, or much later.
      expect(first.nextDueAt).toBe(t.clock.now() + MINUTE);
      expect((await claimAll()).ids).toEqual([]);
      const { wake } = await t.settleAll(first.runs.slice(0, 1));
      expect(wake).toBe(true);
      expect((await claimAll()).ids).toEqual(ids.slice(2));
    });

    it('runs of types without limits are claimed beside it', async () => {
      const types = { noop: 1, other: 1 };
      await limit({ running: 1 });
      await job('a');
      await job('b', { type: 'other' });
      const [one, , free] = [await trigger('a'), await trigger('a'), await trigger('b')];
      const { runs } = await t.store.claim({ node: 'node-1', types, places: 10, prefetch: 0 });
      expect(runs.map(({ id }) => id).sort()).toEqual([one, free].sort());
    });

    it('a claim together with a trigger or a plan keeps the limit', async () => {
      await limit({ running: 1 });
      await job('a');
      const claim = { node: 'node-1', types: TYPES, places: 5, prefetch: 0 };
      const first = await t.done('a', { kind: 'trigger' }, { claim });
      const second = await t.done('a', { kind: 'trigger' }, { claim });
      const early = [...(first.claimed?.runs ?? []), ...(second.claimed?.runs ?? [])];
      expect([...early, ...(await claimAll()).runs]).toHaveLength(1);
      await t.create('slots', { overlap: 'allow' });
      t.clock.advance(2 * MINUTE);
      const { claimed } = await t.store.plan({ types: TYPES, limit: 10, claim });
      expect(claimed?.runs ?? []).toEqual([]);
      expect((await claimAll()).ids).toEqual([]);
    });

    it('L2: a run that waits for a limit takes the room of `overlap`', async () => {
      await limit({ running: 1 });
      await job('a');
      await job('b', { overlap: 'skip' });
      await trigger('a');
      await claimAll();
      await trigger('b');
      expect(await t.command('b', { kind: 'trigger' })).toMatchObject({ kind: 'refused' });
      expect((await claimAll()).ids).toEqual([]);
    });

    it('L4: a pause holds the waiting runs of its job, and runs of others pass them', async () => {
      await limit({ running: 1 });
      await job('a');
      await job('b');
      const [first, second, other] = [await trigger('a'), await trigger('a'), await trigger('b')];
      const { runs } = await claimAll();
      expect(runs.map(({ id }) => id)).toEqual([first]);
      await t.done('a', { kind: 'pause', cancelLive: false });
      await settle(runs[0]);
      const after = await claimAll();
      expect(after.ids).toEqual([other]);
      await settle(after.runs[0]);
      expect((await claimAll()).ids).toEqual([]);
      await t.done('a', { kind: 'resume' });
      expect((await claimAll()).ids).toEqual([second]);
    });

    it('L5: a lost node leaves its room when its run is taken back', async () => {
      await limit({ running: 1 });
      await job('a');
      const [first] = [await trigger('a'), await trigger('a')];
      const { runs } = await t.claim(5, 0, 'node-1');
      expect(runs.map(({ id }) => id)).toEqual([first]);
      expect((await claimAll()).ids).toEqual([]);
      await t.store.recover({ node: 'node-2' });
      const again = await t.claim(5, 0, 'node-2');
      expect(again.runs.map(({ id }) => id)).toEqual([first]);
      expect((await claimAll()).ids).toEqual([]);
    });

    it('L10: a limit of the type and `max_running` of a job both hold', async () => {
      await limit({ running: 2 });
      await job('one', { maxRunning: 1 });
      await job('two', { maxRunning: 3 });
      const [first, held] = [await trigger('one'), await trigger('one')];
      const [other, waits] = [await trigger('two'), await trigger('two')];
      // The type has room for `held`, but its job has not. The job has room for `waits`, but its type has
      // not.
      const { runs } = await claimAll();
      expect(runs.map(({ id }) => id).sort()).toEqual([first, other].sort());
      await settle(runs.find(({ id }) => id === other));
      const next = await claimAll();
      expect(next.ids).toEqual([waits]);
      await trigger('two');
      await settle(runs.find(({ id }) => id === first));
      // The end of the run has released `held`, which has waited longer than the run made last.
      expect((await claimAll()).ids).toEqual([held]);
      expect((await claimAll()).ids).toEqual([]);
    });

    it('L16: a run by hand when a limit is full is made, and waits', async () => {
      await limit({ running: 1 });
      await job('a');
      await trigger('a');
      await claimAll();
      const id = await trigger('a');
      expect(await t.live(id)).toMatchObject({ status: 'queued', held: 'no' });
    });

    it('L19: a cancel with force frees the room; without it, the claim keeps the room', async () => {
      await limit({ running: 1 });
      await job('a');
      const [first, second] = [await trigger('a'), await trigger('a')];
      await claimAll();
      await t.store.cancelRun({ runId: first, force: false });
      expect((await claimAll()).ids).toEqual([]);
      await t.store.cancelRun({ runId: first, force: true });
      expect((await claimAll()).ids).toEqual([second]);
    });

    it('a waiting run that is cancelled frees nothing, and the next one starts', async () => {
      await limit({ running: 1 });
      await job('a');
      const [first, second, third] = [await trigger('a'), await trigger('a'), await trigger('a')];
      const { runs } = await claimAll();
      expect(runs.map(({ id }) => id)).toEqual([first]);
      await t.store.cancelRun({ runId: second, force: false });
      await settle(runs[0]);
      expect((await claimAll()).ids).toEqual([third]);
    });

    it('a run that is given back leaves its room, and is claimed again', async () => {
      await limit({ running: 1 });
      await job('a');
      const id = await trigger('a');
      const { runs } = await claimAll();
      await settle(runs[0], { kind: 'given_back' });
      expect((await claimAll()).ids).toEqual([id]);
    });

    it('runs of `overlap: "queue"` are released into their group', async () => {
      await limit({ running: 1 });
      await job('a', { overlap: 'queue' });
      const [first, second] = [await trigger('a'), await trigger('a')];
      const { runs } = await claimAll();
      expect(runs.map(({ id }) => id)).toEqual([first]);
      await settle(runs[0]);
      expect((await claimAll()).ids).toEqual([second]);
    });

    it('of suspects in groups, one starts at a time', async () => {
      await limit({ running: 5 });
      await job('a');
      await trigger('a');
      await trigger('a');
      for (let n = 0; n < 2; n += 1) {
        expect((await claimAll()).runs).toHaveLength(2);
        await t.store.recover({ node: 'node-2' });
      }
      t.clock.advance(MINUTE);
      const { runs, nextDueAt } = await t.claim(10);
      expect(runs).toHaveLength(1);
      expect(nextDueAt).toBeGreaterThan(t.clock.now());
      await settle(runs[0]);
      t.clock.advance(SECOND);
      expect((await claimAll()).runs).toHaveLength(1);
    });
  });
}
