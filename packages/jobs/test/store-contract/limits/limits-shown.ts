import { describe, expect, it } from 'vitest';
import { failed, type MakeStore, MINUTE, TYPES } from '../rig.ts';
import { useLimits } from './limits-rig.ts';

// Promise P29, limits and priority.
export function limitsShown(makeStore: MakeStore): void {
  describe('shown', () => {
    const { t, limit, job, trigger, claimAll, settle } = useLimits(makeStore);

    it('L1: a run says which limit it waits for: the first full one, and its value', async () => {
      const waitsFor = async (id: string) => (await t.store.getRun(id))?.waitsFor;
      await limit({ running: 1, rate: { runs: 2, perMs: MINUTE }, per: '/tenant' });
      await job('a', { payload: '{"tenant":"x"}' });
      const [first, second, third] = [await trigger('a'), await trigger('a'), await trigger('a')];
      t.clock.advance(1);
      const other = await trigger('a', { tenant: 'y' });
      expect(await waitsFor(other)).toBeUndefined();
      const { runs } = await t.claim(1);
      expect(runs.map(({ id }) => id)).toEqual([first]);
      expect(await waitsFor(first)).toBeUndefined();
      expect(await waitsFor(second)).toEqual({ limit: 'running', value: '"x"' });
      expect(await waitsFor(other)).toBeUndefined();
      await settle(runs[0]);
      const next = (await claimAll()).runs;
      await t.settleAll(next);
      expect(await waitsFor(third)).toEqual({ limit: 'rate', value: '"x"' });
    });

    it('L1: a type tells how many of its values are full while runs wait, and how many runs', async () => {
      await limit({ running: 1, rate: { runs: 2, perMs: MINUTE }, per: '/tenant' });
      await job('a');
      const waits = async () => {
        const [{ limits: _, version: __, ...counts } = { limits: {} }] = await t.store.limitWaits([
          'noop',
          'other',
        ]);
        return counts;
      };
      expect(await t.store.limitWaits(['other'])).toEqual([
        { type: 'other', limits: {}, full: 0, waiting: 0 },
      ]);
      for (const tenant of ['x', 'x', 'x', 'y', 'y', 'z']) await trigger('a', { tenant });
      // A run that has room waits for a place, not for a limit.
      expect(await waits()).toEqual({ type: 'noop', full: 0, waiting: 0 });
      const { runs } = await claimAll();
      expect(await waits()).toEqual({ type: 'noop', full: 2, waiting: 3 });
      // A run that waits for its retry is not due.
      await settle(runs[2], failed());
      await trigger('a', { tenant: 'z' });
      expect((await claimAll()).runs).toHaveLength(1);
      expect(await waits()).toEqual({ type: 'noop', full: 2, waiting: 3 });
      await t.settleAll(runs.slice(0, 2));
      expect(await waits()).toEqual({ type: 'noop', full: 0, waiting: 0 });
      await t.settleAll((await claimAll()).runs);
      expect(await waits()).toEqual({ type: 'noop', full: 1, waiting: 1 });
      await limit({});
      expect(await waits()).toEqual({ type: 'noop', full: 0, waiting: 0 });
    });

    it('L22: waiting for a limit is not late, unless `start_within` is set', async () => {
      await limit({ running: 1 });
      await job('a');
      await job('strict', { expect: { startWithinMs: MINUTE } });
      await trigger('a');
      await claimAll();
      await trigger('a');
      await trigger('strict');
      t.clock.advance(10 * MINUTE);
      expect((await t.view('a')).health).toMatchObject({ status: 'ok' });
      expect((await t.view('strict')).health).toMatchObject({ status: 'late', reason: 'waiting' });
      const late = { limit: 10, sort: 'id', descending: false, handlers: TYPES, health: 'late' } as const;
      expect((await t.store.listJobs(late)).rows.map((view) => view.job.id)).toEqual(['strict']);
    });
  });
}
