import { describe, expect, it } from 'vitest';
import { type MakeStore, MINUTE, SECOND } from '../rig.ts';
import { useLimits } from './limits-rig.ts';

// Promise P29, limits and priority.
export function limitsInOrder(makeStore: MakeStore): void {
  describe('order', () => {
    const { t, limit, job, trigger, claimAll, claimOneByOne, settle } = useLimits(makeStore);

    it('L12: priority decides which waiting run starts first, and an edit of it holds at once (L17)', async () => {
      await limit({ running: 1 });
      await job('normal');
      await job('high', { priority: 'high' });
      const first = await trigger('normal');
      const { runs } = await claimAll();
      expect(runs.map(({ id }) => id)).toEqual([first]);
      const [second, urgent] = [await trigger('normal'), await trigger('high')];
      await settle(runs[0]);
      const next = await claimAll();
      expect(next.ids).toEqual([urgent]);
      const third = await trigger('normal');
      await job('low', { priority: 'low' });
      const low = await trigger('low');
      await t.edit('normal', { priority: 'low' });
      await t.edit('low', { priority: 'high' });
      await settle(next.runs[0]);
      const last = await claimAll();
      expect(last.ids).toEqual([low]);
      await settle(last.runs[0]);
      expect([second, third]).toContain((await claimAll()).ids[0]);
    });

    it('L12: with one free place, the higher priority starts first, also of several values', async () => {
      for (const [n, limits] of [{ running: 100 }, { running: 100, per: '/tenant' }].entries()) {
        await limit(limits);
        await job(`low${n}`, { priority: 'low' });
        await job(`high${n}`, { priority: 'high' });
        const low = [await trigger(`low${n}`, { tenant: 'a' }), await trigger(`low${n}`, { tenant: 'b' })];
        t.clock.advance(SECOND);
        const high = await trigger(`high${n}`, { tenant: 'c' });
        t.clock.advance(SECOND);
        expect(await claimOneByOne(3, 0)).toEqual([high, ...low]);
      }
    });

    /** A type without limits, beside `noop`. */
    const BOTH = { noop: 1, plain: 1 };
    const claimPlace = async () => {
      const { runs } = await t.store.claim({ node: 'node-1', types: BOTH, places: 1, prefetch: 0 });
      return runs[0];
    };

    it('L12: a run with limits starts before a run of low priority without limits that has waited longer', async () => {
      await limit({ running: 9 });
      await job('limited');
      await job('normal', { type: 'plain' });
      await job('low', { type: 'plain', priority: 'low' });
      const [first, low] = [await trigger('normal'), await trigger('low')];
      expect((await claimPlace())?.id).toBe(first);
      t.clock.advance(SECOND);
      const limited = await trigger('limited');
      expect(await claimOneByOne(2, 0, BOTH)).toEqual([limited, low]);
    });

    it('L12: a run of high priority without limits starts before a run with limits that has waited longer', async () => {
      await limit({ running: 1 });
      await job('limited');
      await job('high', { type: 'plain', priority: 'high' });
      const running = await trigger('limited');
      expect((await claimPlace())?.id).toBe(running);
      const waits = await trigger('limited');
      t.clock.advance(SECOND);
      const high = [await trigger('high'), await trigger('high')];
      const first = await claimPlace();
      expect(first?.id).toBe(high[0]);
      await t.store.cancelRun({ runId: running, force: true });
      expect(await claimOneByOne(2, 0, BOTH)).toEqual([high[1], waits]);
    });

    it('L12: runs that a rate held keep their place before later runs of types without limits', async () => {
      const types = { noop: 1, other: 1 };
      await limit({ rate: { runs: 1, perMs: MINUTE } });
      await job('a');
      await job('plain', { type: 'other' });
      const held = [await trigger('a'), await trigger('a'), await trigger('a')];
      t.clock.advance(SECOND);
      for (let n = 0; n < 20; n += 1) await trigger('plain');
      const ids = await claimOneByOne(14, 10 * SECOND, types);
      expect(held.map((id) => ids.indexOf(id))).toEqual([0, 6, 12]);
    });

    it('L12: runs that a rate held keep their place before later runs of other values', async () => {
      await limit({ rate: { runs: 1, perMs: MINUTE }, per: '/tenant' });
      await job('a');
      const held = [await trigger('a', { tenant: 'x' }), await trigger('a', { tenant: 'x' })];
      t.clock.advance(SECOND);
      for (let n = 0; n < 25; n += 1) await trigger('a', { tenant: `t${n}` });
      const ids = await claimOneByOne(8, 10 * SECOND);
      expect(held.map((id) => ids.indexOf(id))).toEqual([0, 6]);
    });

    it('L20: a claim takes runs of few values and of many in the order of their starts', async () => {
      await limit({ running: 100, per: '/tenant' });
      await job('a');
      await job('high', { priority: 'high' });
      const tenants = ['x', 'x', 'x', 'x', 'x', 'x', 'x', 'y', 'x', 'z', 'x', 'x', 'y', 'x'];
      const made: string[] = [];
      for (const tenant of tenants) {
        made.push(await trigger('a', { tenant }));
        t.clock.advance(1);
      }
      const urgent = await trigger('high', { tenant: 'y' });
      const inOrder = [urgent, ...made];
      expect((await claimAll(3)).ids).toEqual(inOrder.slice(0, 3));
      expect((await claimAll(9)).ids).toEqual(inOrder.slice(3, 12));
      expect((await claimAll()).ids).toEqual(inOrder.slice(12));
    });
  });
}
