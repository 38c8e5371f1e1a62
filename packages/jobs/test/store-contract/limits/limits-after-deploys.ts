import { describe, expect, it } from 'vitest';
import type { TypeLimits } from '../../../src/core/type-limits/type-limits.ts';
import type { MakeStore } from '../rig.ts';
import { useLimits } from './limits-rig.ts';

// Promise P29, limits and priority.
export function limitsAfterDeploys(makeStore: MakeStore): void {
  describe('deploys', () => {
    const { t, limit, regroup, job, trigger, claimAll, settle } = useLimits(makeStore);

    it('L6: a lower limit stops nothing, and nothing starts until the number is below it', async () => {
      await limit({ running: 3 });
      await job('a');
      for (let n = 0; n < 5; n += 1) await trigger('a');
      const { runs } = await claimAll();
      expect(runs).toHaveLength(3);
      await limit({ running: 2 });
      await settle(runs[0]);
      expect((await claimAll()).ids).toEqual([]);
      await settle(runs[1]);
      expect((await claimAll()).ids).toHaveLength(1);
    });

    it('L6: a higher limit holds for waiting runs at once', async () => {
      await limit({ running: 1 });
      await job('a');
      for (let n = 0; n < 3; n += 1) await trigger('a');
      await claimAll();
      await limit({ running: 3 });
      expect((await claimAll()).ids).toHaveLength(2);
    });

    it('L7: the newer version holds, and with equal versions the later start', async () => {
      await job('a');
      await limit({ running: 1 }, 2);
      await limit({ running: 5 }, 1);
      for (let n = 0; n < 4; n += 1) await trigger('a');
      expect((await claimAll()).ids).toHaveLength(1);
      // What holds is shown after a rollback, too.
      const shown = { type: 'noop', limits: { running: 1 }, version: 2, full: 1, waiting: 3 };
      expect(await t.store.limitWaits(['noop'])).toEqual([shown]);
      await limit({ running: 2 }, 2);
      expect((await claimAll()).ids).toHaveLength(1);
    });

    it('L7: runs of two versions share one limit, and each node claims what it knows', async () => {
      await limit({ running: 2 });
      await job('a');
      await job('b', { typeVersion: 2 });
      const [old] = [await trigger('a'), await trigger('b')];
      expect((await claimAll()).ids).toEqual([old]);
      await trigger('a');
      await trigger('b');
      const newer = { node: 'node-2', types: { noop: 2 }, places: 10, prefetch: 0 };
      expect((await t.store.claim(newer)).runs).toHaveLength(1);
      expect((await t.store.claim(newer)).runs).toEqual([]);
    });

    it('L18: a node leaves limits that have changed since its start to the node that changed them', async () => {
      const set = (version: number, limits: TypeLimits) =>
        t.store.setTypeLimits([{ type: 'noop', version, limits }]);
      const done = await set(1, { running: 1 });
      await regroup();
      const newer = [2, { running: 1, per: '/tenant' }] as const;
      const changed = await set(...newer);
      await regroup({ done });
      // The node that changed them has died: the next node continues its work.
      expect(await set(...newer)).toEqual(changed);
      await regroup();
      expect(await set(...newer)).toEqual(changed);
      await regroup({ done: changed });
      expect(await set(...newer)).toEqual([]);
    });

    it('L18: waiting and running runs change their group in batches', async () => {
      await job('a', { payload: '{"tenant":"x"}' });
      const first = await trigger('a');
      expect((await claimAll()).ids).toEqual([first]);
      await trigger('a');
      const ofY = await trigger('a', { tenant: 'y' });
      await limit({ running: 1, per: '/tenant' });
      // The run that was claimed without a limit holds the room of its value.
      expect((await claimAll()).ids).toEqual([ofY]);
      await limit({ running: 3 });
      expect((await claimAll()).ids).toHaveLength(1);
      await trigger('a');
      await trigger('a');
      expect((await claimAll()).ids).toEqual([]);
      await limit({});
      expect((await claimAll()).ids).toHaveLength(2);
      await trigger('a');
      expect((await claimAll()).ids).toHaveLength(1);
    });
  });
}
