import { describe, expect, it } from 'vitest';
import { DAY, failed, HOUR, type MakeStore, MINUTE, SECOND } from '../rig.ts';
import { useLimits } from './limits-rig.ts';

// Promise P29, limits and priority.
export function limitsPerValue(makeStore: MakeStore): void {
  describe('for each value', () => {
    const { t, limit, job, trigger, claimAll, settle } = useLimits(makeStore);

    it('L8, L9: each value is a group: the own payload of a run counts, and runs without it are one', async () => {
      await limit({ running: 1, per: '/tenant' });
      await job('a', { payload: '{"tenant":"x"}' });
      await job('b');
      const ofX = await trigger('a');
      await trigger('a');
      const own = await trigger('a', { tenant: 'y' });
      const none = await trigger('b');
      await trigger('b', { tenant: null });
      const { runs, ids } = await claimAll();
      expect([...ids].sort()).toEqual([ofX, own, none].sort());
      await t.settleAll(runs);
      expect((await claimAll()).ids).toHaveLength(2);
    });

    it('L9: a long value that is cut within a character is a group like any other', async () => {
      await limit({ running: 1, per: '/tenant' });
      await job('a');
      const long = 'a'.repeat(198);
      const ids = [
        await trigger('a', { tenant: `${long}😀😀` }),
        await trigger('a', { tenant: `${long}😀😁` }),
      ];
      await trigger('a', { tenant: `${long}😀😀` });
      expect((await claimAll()).ids.sort()).toEqual(ids.sort());
    });

    it('L9: an edit of the payload moves waiting runs without a payload of their own', async () => {
      await limit({ running: 1, per: '/tenant' });
      await job('a', { payload: '{"tenant":"x"}' });
      const [first, waits] = [await trigger('a'), await trigger('a')];
      const own = await trigger('a', { tenant: 'x' });
      expect((await claimAll()).ids).toEqual([first]);
      await t.edit('a', { payload: '{"tenant":"y"}' });
      expect((await claimAll()).ids).toEqual([waits]);
      expect(await t.live(own)).toMatchObject({ status: 'queued' });
    });

    it('L9: after an edit of the payload during a run, its retry counts for the new value', async () => {
      await limit({ running: 1, per: '/tenant' });
      await job('a', { payload: '{"tenant":"x"}' });
      const edited = await trigger('a');
      const [first] = (await claimAll()).runs;
      await t.edit('a', { payload: '{"tenant":"y"}' });
      const ofY = await trigger('a');
      const [second] = (await claimAll()).runs;
      expect(second?.id).toBe(ofY);
      await settle(first, failed());
      t.clock.advance(MINUTE);
      expect((await claimAll()).ids).toEqual([]);
      await settle(second);
      expect((await claimAll()).ids).toEqual([edited]);
    });

    it('L10: the end of a run lets claims look at the values of the runs that it releases, and at no others', async () => {
      await limit({ running: 1, per: '/tenant' });
      await job('a', { maxRunning: 2 });
      const ids = [];
      for (let n = 0; n < 60; n += 1) ids.push(await trigger('a', { tenant: `t${n}` }));
      const { runs } = await claimAll();
      expect(runs.map(({ id }) => id)).toEqual(ids.slice(0, 2));
      t.clock.advance(SECOND);
      await settle(runs[0]);
      expect((await t.claim(1)).runs.map(({ id }) => id)).toEqual(ids.slice(2, 3));
      const { nextDueAt } = await t.claim(1);
      expect(nextDueAt).toBeUndefined();
      await t.done('a', { kind: 'pause', cancelLive: false });
      await t.done('a', { kind: 'resume' });
      expect((await claimAll()).ids).toEqual([]);
    });

    it('L20: a full group delays no run of another group, and is not looked at again', async () => {
      await limit({ running: 1, per: '/tenant' });
      await job('a', { payload: '{"tenant":"x"}' });
      for (let n = 0; n < 30; n += 1) await trigger('a');
      expect((await claimAll()).ids).toHaveLength(1);
      t.clock.advance(SECOND);
      const other = await trigger('a', { tenant: 'y' });
      const { runs, nextDueAt } = await t.claim(1);
      expect(runs.map(({ id }) => id)).toEqual([other]);
      expect(nextDueAt).toBe(t.clock.now() - SECOND + MINUTE);
    });

    it('L20: one place and two values: the run behind a full value starts', async () => {
      await limit({ running: 1, per: '/tenant' });
      await job('a');
      const first = await trigger('a', { tenant: 'x' });
      for (let n = 0; n < 30; n += 1) await trigger('a', { tenant: 'x' });
      const other = await trigger('a', { tenant: 'y' });
      expect((await t.claim(1)).runs.map(({ id }) => id)).toEqual([first]);
      const { runs } = await t.claim(1);
      expect(runs.map(({ id }) => id)).toEqual([other]);
    });

    it('groups without live runs are pruned, once no rate counts their starts', async () => {
      const retention = {
        finishedPerJob: 10,
        skippedPerJob: 10,
        maxAgeMs: 90 * DAY,
        countsMaxAgeMs: 90 * DAY,
      };
      await limit({ rate: { runs: 1, perMs: MINUTE }, per: '/tenant' });
      await job('a', { payload: '{"tenant":"x"}' });
      await trigger('a');
      const held = await trigger('a', { tenant: 'y' });
      const { runs } = await t.claim(1);
      await t.settleAll(runs);
      expect((await t.store.prune(retention)).removed).toBe(0);
      t.clock.advance(DAY + MINUTE);
      expect((await t.store.prune(retention)).removed).toBe(1);
      const left = await trigger('a', { tenant: runs[0]?.id === held ? 'x' : 'y' });
      await trigger('a', { tenant: 'x' });
      expect((await claimAll()).runs.length).toBeGreaterThan(0);
      expect(await t.run(left)).toBeDefined();
    });

    it('L8: the group of an unused value is pruned, however many older groups have live runs', async () => {
      const retention = { finishedPerJob: 9, skippedPerJob: 9, maxAgeMs: 90 * DAY, countsMaxAgeMs: 90 * DAY };
      const pruneAll = async (): Promise<number> => {
        const { removed, more } = await t.store.prune(retention);
        return more ? removed + (await pruneAll()) : removed;
      };
      await job('a');
      const unused = await trigger('a', { tenant: 'unused' });
      t.clock.advance(1);
      // More than one prune reads.
      await Promise.all(Array.from({ length: 530 }, (_, n) => trigger('a', { tenant: `t${n}` })));
      expect(await pruneAll()).toBe(0);
      await limit({ running: 1, per: '/tenant' });
      const { runs } = await t.claim(1);
      expect(runs.map(({ id }) => id)).toEqual([unused]);
      await t.settleAll(runs);
      t.clock.advance(DAY + MINUTE);
      expect(await pruneAll()).toBe(1);
    });

    it('L8: the group of a value is kept for a day after its last use, and as long as it has live runs', async () => {
      const retention = { finishedPerJob: 9, skippedPerJob: 9, maxAgeMs: 90 * DAY, countsMaxAgeMs: 90 * DAY };
      const removed = async () => (await t.store.prune(retention)).removed;
      await limit({ running: 1, per: '/tenant' });
      await job('a');
      const late = { tenant: 'late' };
      for (const tenant of ['x', 'late', 'late']) await trigger('a', { tenant });
      await t.settleAll((await claimAll()).runs);
      expect(await removed()).toBe(0);
      t.clock.advance(DAY - MINUTE);
      expect(await removed()).toBe(0);
      t.clock.advance(HOUR);
      // The run of this value still waits.
      expect(await removed()).toBe(1);
      await t.settleAll((await claimAll()).runs);
      t.clock.advance(DAY - HOUR);
      expect(await removed()).toBe(0);
      await trigger('a', late);
      expect((await claimAll()).runs).toHaveLength(1);
      t.clock.advance(2 * DAY);
      expect(await removed()).toBe(0);
    });
  });
}
