import { describe, expect, it } from 'vitest';
import type { JobDefinition } from '../../src/core/model/job.ts';
import type { TypeVersions } from '../../src/core/nodes/membership.ts';
import type { TypeLimits } from '../../src/core/type-limits/type-limits.ts';
import {
  DAY,
  definitionOf,
  failed,
  HOUR,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  required,
  SECOND,
  SUCCEEDED,
  TYPES,
  useStore,
} from './rig.ts';

// Promise P29, limits and priority: the rows of "Limits and priority" in docs/options-together.md.
export function limitsContract(makeStore: MakeStore): void {
  describe('limits of types', () => {
    const t = useStore(makeStore);
    const limit = async (limits: TypeLimits, version = 1) => {
      const isRegrouping = await t.store.setTypeLimits([{ type: 'noop', version, limits }]);
      if (isRegrouping) await regroup();
    };
    const regroup = async () => {
      for (let after: number | undefined = 0; after !== undefined; ) after = await t.store.regroupRuns(after);
    };
    const job = (id: string, more: Partial<JobDefinition> = {}) =>
      t.create(id, { schedule: ON_DEMAND, overlap: 'allow', maxAttempts: 10, ...more });
    const trigger = async (id: string, payload?: object) => {
      const own = payload === undefined ? {} : { payload: JSON.stringify(payload) };
      return required((await t.done(id, { kind: 'trigger', ...own })).queued.at(-1)).id;
    };
    /** The ids of the runs that claims take until nothing is due any more. */
    const claimAll = async (places = 100, prefetch = 0) => {
      const runs = [];
      for (let n = 0; n < 20; n += 1) {
        const claimed = await t.claim(places - runs.length, prefetch);
        runs.push(...claimed.runs);
        if (runs.length >= places || claimed.nextDueAt === undefined || claimed.nextDueAt > t.clock.now())
          return { runs, ids: runs.map(({ id }) => id), nextDueAt: claimed.nextDueAt };
      }
      throw new Error('the claims do not end');
    };
    const settle = (run: Parameters<typeof t.settle>[0] | undefined, outcome = SUCCEEDED) =>
      t.settle(required(run), outcome);

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

    it('L11: the rate counts the starts of the last period, after a lost node too', async () => {
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

    it('L11: a rate starts what it claims: nothing is prefetched, as with `running` it may be', async () => {
      await limit({ rate: { runs: 5, perMs: MINUTE } });
      await job('a');
      for (let n = 0; n < 4; n += 1) await trigger('a');
      expect((await t.claim(1, 3)).runs.map(({ started }) => started)).toEqual([true]);
      await limit({ running: 3 });
      expect((await t.claim(1, 3)).runs.map(({ started }) => started)).toEqual([true, false]);
    });

    it('L10: a limit of the type and `max_running` of a job both hold', async () => {
      await limit({ running: 2 });
      await job('one', { maxRunning: 1 });
      await job('two', { maxRunning: 3 });
      const [first, held] = [await trigger('one'), await trigger('one')];
      const [other, waits] = [await trigger('two'), await trigger('two')];
      // The type has room for `held`, but its job has not. The job has room for `waits`, but its type has not.
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

    /** Claims for one place, each time after the earlier run has ended. Returns the ids of the runs. */
    const claimOneByOne = async (claims: number, everyMs: number, types: TypeVersions = TYPES) => {
      const ids: string[] = [];
      for (let n = 0; n < claims; n += 1) {
        const { runs } = await t.store.claim({ node: 'node-1', types, places: 1, prefetch: 0 });
        ids.push(...runs.map(({ id }) => id));
        await t.settleAll(runs);
        t.clock.advance(everyMs);
      }
      return ids;
    };

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

    it('L16: a run by hand when a limit is full is made, and waits', async () => {
      await limit({ running: 1 });
      await job('a');
      await trigger('a');
      await claimAll();
      const id = await trigger('a');
      expect(await t.live(id)).toMatchObject({ status: 'queued', held: 'no' });
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
