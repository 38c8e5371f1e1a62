import { describe, expect, it } from 'vitest';
import {
  every,
  failed,
  HOUR,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  required,
  SECOND,
  SUCCEEDED,
  T0,
  TYPES,
  useStore,
} from './rig.ts';

export function claimWithPlanContract(makeStore: MakeStore): void {
  // Promises P3, grid; P4, stored next run; P5, one run per slot; P7, overlap; P8, retries; P9, lost nodes;
  // P10, fence; P17, clock; P22, types and deploys.
  describe('claims brought along by a plan', () => {
    const t = useStore(makeStore);
    const triggered = async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow', maxAttempts: 10 });
      const { id } = await t.trigger('a');
      t.clock.advance(1);
      return id;
    };
    const planWith = (claim: { places: number; prefetch: number; ahead?: { ms: number; runs: number } }) =>
      t.store.plan({
        types: TYPES,
        limit: 10,
        aheadMs: claim.ahead?.ms ?? 0,
        claim: { node: 'node-9', types: TYPES, ...claim },
      });

    it('takes the runs of the slots, like a claim right after it', async () => {
      const job = await t.create('a', { payload: '{"n":1}' });
      t.clock.advance(MINUTE + 5);
      const { queued, claimed } = await planWith({ places: 1, prefetch: 0 });
      const { id } = required(queued[0]);
      expect(claimed).toEqual({
        now: T0 + MINUTE + 5,
        jobs: [await t.job('a')],
        runs: [
          {
            id,
            job: 0,
            fence: claimed?.runs[0]?.fence,
            attempt: 1,
            availableAt: T0 + MINUTE,
            started: true,
            catchUp: false,
            missed: 0,
            scheduledFor: T0 + MINUTE,
          },
        ],
      });
      const run = required(claimed?.runs[0]);
      expect(await t.live(id)).toMatchObject({
        jobUid: job.uid,
        status: 'running',
        startedAt: T0 + MINUTE + 5,
        claim: { node: 'node-9', fence: run.fence },
      });
      expect((await t.claim()).runs).toEqual([]);
      expect(await t.settle(run, SUCCEEDED)).toEqual({ kind: 'finished', status: 'succeeded' });
      expect(await t.finished(id)).toMatchObject({ status: 'succeeded', node: 'node-9', attempt: 1 });
    });

    it('takes no more than are asked for, those due first first, and leaves the others to the next claim', async () => {
      const slots = [40, 10, 30, 20];
      for (const n of slots) await t.create(`job-${n}`, { schedule: every(MINUTE, { startAt: T0 + n }) });
      t.clock.advance(30);
      const { claimed } = await planWith({ places: 1, prefetch: 1, ahead: { ms: 20, runs: 0 } });
      expect(claimed?.runs).toMatchObject([
        { availableAt: T0 + 10, started: true },
        { availableAt: T0 + 20, started: false },
      ]);
      expect(claimed?.nextDueAt).toBe(T0 + 30);
      const rest = await t.claim(5);
      expect(rest.runs.map(({ availableAt }) => availableAt)).toEqual([T0 + 30]);
      expect(rest.nextDueAt).toBe(T0 + 40);
    });

    it('takes slots that come soon, to hold their runs until then', async () => {
      for (const n of [100, 150])
        await t.create(`job-${n}`, { schedule: every(MINUTE, { startAt: T0 + n }) });
      const { queued, claimed } = await planWith({ places: 5, prefetch: 5, ahead: { ms: 200, runs: 1 } });
      expect(queued).toHaveLength(2);
      expect(claimed?.runs).toMatchObject([{ availableAt: T0 + 100, started: false }]);
      expect(claimed?.nextDueAt).toBe(T0 + 150);
      expect(await t.live(required(claimed?.runs[0]).id)).toMatchObject({ status: 'queued' });
    });

    it('also takes runs that a pause releases when it ends after a clock jump', async () => {
      await t.create('a', { overlap: 'allow' });
      t.clock.advance(HOUR);
      await t.plan();
      await t.settle(await t.claimOne(), SUCCEEDED);
      await t.done('a', { kind: 'pause', cancelLive: false });
      await t.trigger('a');
      const retried = await t.claimOne();
      await t.settle(retried, failed());
      t.clock.set(T0);
      await t.done('a', { kind: 'pause', cancelLive: false, until: T0 + SECOND });
      t.clock.advance(MINUTE + 1);
      const { queued, claimed } = await planWith({ places: 5, prefetch: 0 });
      const ids = claimed?.runs.map(({ id }) => id).toSorted();
      expect(ids).toEqual([retried.id, required(queued[0]).id].toSorted());
    });

    it('takes none of a type that it does not ask for', async () => {
      await t.create('a');
      t.clock.advance(MINUTE);
      const types = { 'another-type': 1 };
      const claim = { node: 'node-9', types, places: 5, prefetch: 5 };
      const { queued, claimed } = await t.store.plan({ types: TYPES, limit: 10, claim });
      expect(queued).toHaveLength(1);
      expect(claimed?.runs).toEqual([]);
      expect((await t.claim(5)).runs).toHaveLength(1);
    });

    it('a catch-up run is due with its last slot, after runs that were due before', async () => {
      await t.create('often', { schedule: every(10 * SECOND) });
      await t.create('once', { schedule: every(MINUTE, { startAt: T0 + 15 * SECOND }) });
      t.clock.advance(42 * SECOND);
      const { claimed } = await planWith({ places: 1, prefetch: 1 });
      expect(claimed?.runs).toMatchObject([
        { availableAt: T0 + 15 * SECOND, started: true },
        { availableAt: T0 + 40 * SECOND, started: false },
      ]);
    });

    it('a retry that comes due before a slot that was planned ahead comes first', async () => {
      await triggered();
      const first = await t.claimOne();
      await t.settle(first, failed());
      const { availableAt: retryAt } = await t.live(first.id);
      await t.create('b', { schedule: every(MINUTE, { startAt: retryAt + 50 }) });
      t.clock.advance(retryAt - T0 - 100);
      const { queued, claimed } = await planWith({ places: 5, prefetch: 0, ahead: { ms: 200, runs: 1 } });
      expect(queued).toHaveLength(1);
      expect(claimed?.runs).toMatchObject([{ id: first.id, started: false, attempt: 2 }]);
      expect(claimed?.nextDueAt).toBe(retryAt + 50);
    });

    it('what was due before comes first', async () => {
      const older = await triggered();
      await t.create('b');
      t.clock.advance(MINUTE);
      const { queued, claimed } = await planWith({ places: 1, prefetch: 0 });
      expect(queued).toHaveLength(1);
      expect(claimed?.runs.map(({ id }) => id)).toEqual([older]);
      expect((await t.claim(5)).runs.map(({ id }) => id)).toEqual([required(queued[0]).id]);
    });

    it('and so does what the plan itself lets go: a run of its own time, or one that a pause held', async () => {
      await t.create('own', { schedule: ON_DEMAND, overlap: 'allow' });
      const { queued: own } = await t.done('own', { kind: 'trigger', runAt: T0 + 10 });
      await t.create('held', { schedule: ON_DEMAND });
      const held = await t.trigger('held');
      await t.done('held', { kind: 'pause', until: T0 + 15, cancelLive: false });
      await t.create('slot', { schedule: every(MINUTE, { startAt: T0 + 20 }) });
      t.clock.advance(30);
      const { queued, claimed } = await planWith({ places: 2, prefetch: 0 });
      expect(claimed?.runs.map(({ id }) => id)).toEqual([required(own[0]).id, held.id]);
      expect(claimed?.nextDueAt).toBe(T0 + 20);
      expect((await t.claim(5)).runs.map(({ id }) => id)).toEqual([required(queued[0]).id]);
    });

    it('a fence is higher than any before, also when the plan makes many runs', async () => {
      await t.create('all', { schedule: every(SECOND), catchUp: 'all', overlap: 'allow' });
      t.clock.advance(20 * SECOND);
      const { queued, claimed } = await planWith({ places: 50, prefetch: 0 });
      const { runs } = required(claimed);
      expect(runs).toHaveLength(queued.length);
      expect(runs.length).toBeGreaterThan(2);
      const ids = runs.map(({ id }) => Number(id));
      const fences = runs.map(({ fence }) => fence);
      expect(new Set([...ids, ...fences]).size).toBe(2 * runs.length);
      const last = Math.max(...ids, ...fences);
      await t.settleAll(runs);
      await t.create('next');
      t.clock.advance(MINUTE);
      const { claimed: next } = await planWith({ places: 1, prefetch: 0 });
      expect(required(next).runs[0]?.fence).toBeGreaterThan(last);
    });

    it('returns when a waiting retry is due', async () => {
      await triggered();
      await t.settle(await t.claimOne(), failed());
      const retryAt = (await t.live(required((await t.runs())[0]).id)).availableAt;
      await t.create('b', { schedule: every(SECOND) });
      t.clock.advance(SECOND);
      const { claimed } = await planWith({ places: 5, prefetch: 0 });
      expect(claimed?.runs).toHaveLength(1);
      expect(claimed?.nextDueAt).toBe(retryAt);
    });

    it('takes no run without room, and claims other due runs when nothing was planned', async () => {
      await t.create('a', { overlap: 'queue' });
      t.clock.advance(MINUTE);
      const { claimed: first } = await planWith({ places: 5, prefetch: 0 });
      t.clock.advance(MINUTE);
      const waiting = await planWith({ places: 5, prefetch: 0 });
      expect(waiting.queued).toHaveLength(1);
      expect(waiting.claimed?.runs).toEqual([]);
      await t.settleAll(required(first).runs);
      const { queued, claimed } = await planWith({ places: 5, prefetch: 0 });
      expect(queued).toEqual([]);
      expect(claimed?.runs.map(({ id }) => id)).toEqual([required(waiting.queued[0]).id]);
    });
  });
}
