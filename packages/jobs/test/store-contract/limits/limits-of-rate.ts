import { describe, expect, it } from 'vitest';
import {
  definitionOf,
  every,
  failed,
  HOUR,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  required,
  SECOND,
} from '../rig.ts';
import { useLimits } from './limits-rig.ts';

// Promise P29, limits and priority.
export function limitsOfRate(makeStore: MakeStore): void {
  describe('rate', () => {
    const { t, limit, job, trigger, claimAll, settle } = useLimits(makeStore);

    it('L1: with several limits, a run starts when all have room', async () => {
      await limit({ running: 2, rate: { runs: 3, perMs: MINUTE } });
      await job('a');
      for (let n = 0; n < 5; n += 1) await trigger('a');
      const first = await claimAll();
      expect(first.runs).toHaveLength(2);
      await t.settleAll(first.runs);
      const second = await claimAll();
      expect(second.runs).toHaveLength(1);
      expect(second.nextDueAt).toBe(t.clock.now() + MINUTE);
      t.clock.advance(MINUTE);
      expect((await claimAll()).runs).toHaveLength(1);
    });

    it('L3: a run that waits for its retry takes no room, and each attempt counts for the rate', async () => {
      await limit({ running: 1, rate: { runs: 3, perMs: 10 * MINUTE } });
      await job('a');
      const [one, two] = [await trigger('a'), await trigger('a')];
      const [first] = (await claimAll()).runs;
      expect(first?.id).toBe(one);
      await settle(first, failed());
      const [second] = (await claimAll()).runs;
      expect(second?.id).toBe(two);
      await settle(second);
      t.clock.advance(MINUTE);
      const [again] = (await claimAll()).runs;
      expect(again).toMatchObject({ id: one, attempt: 2 });
      await settle(again);
      await trigger('a');
      expect((await claimAll()).ids).toEqual([]);
      t.clock.advance(9 * MINUTE);
      expect((await claimAll()).ids).toHaveLength(1);
    });

    it('L11: the rate counts the starts of the last period, also those after a lost node', async () => {
      await limit({ rate: { runs: 2, perMs: MINUTE } });
      await job('a');
      for (let n = 0; n < 4; n += 1) await trigger('a');
      expect((await t.claim(1)).runs).toHaveLength(1);
      t.clock.advance(20 * SECOND);
      const { nextDueAt, runs } = await claimAll();
      expect(runs).toHaveLength(1);
      expect(nextDueAt).toBe(t.clock.now() + 40 * SECOND);
      await t.store.recover({ node: 'node-2' });
      expect((await claimAll()).ids).toEqual([]);
      t.clock.advance(40 * SECOND);
      expect((await claimAll()).ids).toHaveLength(1);
      t.clock.advance(20 * SECOND);
      expect((await claimAll()).ids).toHaveLength(1);
    });

    it('L11: a run that its node gives back before it starts counts as a start', async () => {
      await limit({ rate: { runs: 2, perMs: MINUTE } });
      await job('a');
      const id = await trigger('a');
      await trigger('a');
      const [run] = (await t.claim(1)).runs;
      await settle(run, { kind: 'given_back' });
      expect((await claimAll()).ids).toEqual([id]);
      t.clock.advance(MINUTE);
      expect((await claimAll()).ids).toHaveLength(1);
    });

    it('L11: after the clock was set back, a run that the rate held starts at once', async () => {
      await limit({ rate: { runs: 1, perMs: MINUTE } });
      await job('a');
      const first = await trigger('a');
      const second = await trigger('a');
      t.clock.advance(HOUR);
      expect((await claimAll()).ids).toEqual([first]);
      t.clock.advance(-30 * MINUTE);
      expect((await claimAll()).ids).toEqual([second]);
    });

    it('L11: after the clock was set back, a plan that claims its own runs claims held ones first', async () => {
      const types = { noop: 1, other: 1 };
      const claim = { node: 'node-1', types, places: 10, prefetch: 0 };
      await limit({ rate: { runs: 1, perMs: MINUTE } });
      await job('a');
      await t.create('slots', { type: 'other', overlap: 'allow' });
      const [first, second] = [await trigger('a'), await trigger('a')];
      const plan = async () => {
        const { queued, claimed } = await t.store.plan({ types, limit: 10, claim });
        const slots = queued.map(({ id }) => id);
        return required(claimed).runs.flatMap(({ id }) => (slots.includes(id) ? ['slot'] : [id]));
      };
      t.clock.advance(HOUR);
      expect(await plan()).toEqual([first, 'slot']);
      t.clock.advance(-30 * MINUTE);
      await t.edit('slots', { schedule: every(SECOND) });
      t.clock.advance(SECOND);
      expect(await plan()).toEqual([second, 'slot']);
    });

    it('L11: a run that has expired costs no start, and a run behind it starts', async () => {
      await limit({ rate: { runs: 1, perMs: MINUTE } });
      await job('short', { expireAfterMs: 30 * SECOND });
      await job('a');
      await trigger('a');
      expect((await claimAll()).ids).toHaveLength(1);
      for (let n = 0; n < 15; n += 1) await trigger('short');
      const [next, last] = [await trigger('a'), await trigger('a')];
      t.clock.advance(MINUTE);
      const { runs } = await claimAll();
      expect(runs).toHaveLength(16);
      expect(runs.at(-1)).toMatchObject({ id: next, started: true });
      for (const { expiresAt } of runs.slice(0, -1)) expect(expiresAt).toBe(0);
      const ends = runs.slice(0, -1).map(({ id: runId, fence }) => ({ runId, fence }));
      const expired = { outcome: { kind: 'expired' }, random: 0, finishedAt: t.clock.now() } as const;
      await t.store.settle(ends.map((end) => ({ ...end, ...expired })));
      await settle(runs.at(-1));
      expect(await claimAll()).toMatchObject({ ids: [], nextDueAt: t.clock.now() + MINUTE });
      t.clock.advance(MINUTE);
      expect((await claimAll()).ids).toEqual([last]);
    });

    it('L11: claims prefetch no runs of a type with a rate. With `running` alone, they may', async () => {
      await limit({ rate: { runs: 5, perMs: MINUTE } });
      await job('a');
      for (let n = 0; n < 4; n += 1) await trigger('a');
      expect((await t.claim(1, 3)).runs.map(({ started }) => started)).toEqual([true]);
      await limit({ running: 3 });
      expect((await t.claim(1, 3)).runs.map(({ started }) => started)).toEqual([true, false]);
    });

    it('limits and groups are kept over a restart', async () => {
      await limit({ running: 1, rate: { runs: 2, perMs: MINUTE } });
      await t.store.insertJob({ definition: definitionOf('a', { schedule: ON_DEMAND, overlap: 'allow' }) });
      await trigger('a');
      await trigger('a');
      await trigger('a');
      const { runs } = await claimAll();
      await t.reopen();
      expect((await claimAll()).ids).toEqual([]);
      await settle(runs[0]);
      const second = await claimAll();
      expect(second.runs).toHaveLength(1);
      await settle(second.runs[0]);
      expect(await claimAll()).toMatchObject({ ids: [], nextDueAt: t.clock.now() + MINUTE });
    });
  });
}
