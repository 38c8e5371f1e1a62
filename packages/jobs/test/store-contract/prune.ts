import { describe, expect, it } from 'vitest';
import type { Retention } from '../../src/core/store/store.ts';
import {
  DAY,
  every,
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

const RETENTION: Retention = {
  finishedPerJob: 10,
  skippedPerJob: 5,
  maxAgeMs: 30 * DAY,
  countsMaxAgeMs: 90 * DAY,
};

export function pruneContract(makeStore: MakeStore): void {
  // Promises P13, delete; P15, run now; P18, bounds. Lesson 14, history without bounds.
  describe('pruning', () => {
    const t = useStore(makeStore);

    const pruneAll = async (retention: Partial<Retention> = {}) => {
      let removed = 0;
      for (let batches = 0; batches < 100; batches += 1) {
        const result = await t.store.prune({ ...RETENTION, ...retention });
        removed += result.removed;
        if (!result.more) return removed;
      }
      throw new Error('pruning never ends');
    };
    const runMany = async (count: number) => {
      for (let n = 0; n < count; n += 1) await t.trigger('a');
      await t.settleAll((await t.claim(10_000)).runs);
    };

    it('removes nothing while nothing is too much', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      await runMany(12);
      expect(await pruneAll()).toBe(0);
      expect(await t.runs()).toHaveLength(12);
    });

    it('a job with more than 1.2 times its limit of runs is cut back to its last runs', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      await runMany(13);
      const all = await t.runs();
      expect(await pruneAll()).toBe(3);
      expect(await t.runs()).toEqual(all.slice(0, 10));
      await runMany(2);
      expect(await pruneAll()).toBe(0);
      await runMany(1);
      expect(await pruneAll()).toBe(3);
    });

    it('the last runs are the runs that ended last', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const slow = await t.trigger('a');
      const claimed = await t.claimOne();
      t.clock.advance(MINUTE);
      await runMany(12);
      t.clock.advance(MINUTE);
      await t.settle(claimed, SUCCEEDED);
      expect(await pruneAll()).toBe(3);
      expect((await t.runs()).map(({ id }) => id)).toContain(slow.id);
    });

    it('live runs are never removed', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const live = await t.trigger('a');
      await t.claimOne();
      await runMany(20);
      t.clock.advance(400 * DAY);
      await pruneAll();
      expect((await t.runs()).map(({ id }) => id)).toEqual([live.id]);
    });

    it('skipped rows have a bound of their own', async () => {
      await t.create('a');
      await t.trigger('a');
      await t.claimOne();
      for (let n = 0; n < 7; n += 1) {
        t.clock.advance(MINUTE);
        await t.plan();
      }
      expect(await pruneAll()).toBe(2);
      expect(await t.runs({ status: 'skipped' })).toHaveLength(5);
    });

    it('finds history that was over its limit before this process started', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      await runMany(30);
      await t.reopen();
      expect(await pruneAll()).toBe(20);
    });

    it('removes small batches, and says when there is more', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const batch = 700;
      await Promise.all(Array.from({ length: batch }, () => t.trigger('a')));
      await t.settleAll((await t.claim(10_000)).runs);
      const first = await t.store.prune(RETENTION);
      expect(first).toMatchObject({ more: true });
      expect(first.removed).toBeLessThanOrEqual(500);
      expect(first.removed + (await pruneAll())).toBe(batch - 10);
    });

    it('removes runs that are older than 30 days', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      await runMany(3);
      t.clock.advance(DAY);
      await runMany(2);
      t.clock.advance(29 * DAY);
      expect(await pruneAll()).toBe(0);
      t.clock.advance(1);
      expect(await pruneAll()).toBe(3);
      expect(await t.runs()).toHaveLength(2);
    });

    it('logs go with their run', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      await t.trigger('a');
      const run = await t.claimOne();
      await t.settle(run, SUCCEEDED, { logs: [{ at: T0, level: 'info', message: 'x' }] });
      t.clock.advance(31 * DAY);
      await pruneAll();
      expect(await t.store.getLogs(run.id)).toBeUndefined();
    });

    it('hourly counts outlive the runs, for 90 days', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      await runMany(25);
      await pruneAll();
      const hours = [{ hour: T0, status: 'succeeded', count: 25 }];
      expect(await t.store.jobHours({ jobId: 'a', hours: 24 })).toEqual(hours);
      t.clock.advance(40 * DAY);
      await pruneAll();
      expect(await t.store.jobHours({ jobId: 'a', hours: 90 * 24 })).toEqual(hours);
      expect((await t.store.stats({ hours: 90 * 24 })).hours).toEqual(hours);
      t.clock.advance(51 * DAY);
      await pruneAll();
      expect(await t.store.jobHours({ jobId: 'a', hours: 200 * 24 })).toEqual([]);
      expect((await t.store.stats({ hours: 200 * 24 })).hours).toEqual([]);
    });

    it('a dedupe key answers for 24 h even when its run was pruned', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const first = await t.done('a', { kind: 'trigger' }, { dedupeKey: 'k' });
      await t.settle(await t.claimOne(), SUCCEEDED);
      const before = await t.finished(required(first.queued[0]).id);
      t.clock.advance(SECOND);
      await runMany(13);
      await pruneAll();
      expect(await t.store.getRun(before.id)).toBeUndefined();
      expect(await t.command('a', { kind: 'trigger' }, { dedupeKey: 'k' })).toMatchObject({
        kind: 'duplicate',
        run: before,
      });
      t.clock.advance(DAY);
      expect(await pruneAll()).toBe(1);
    });

    it('a deleted job is forgotten with the last of its history', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      await runMany(1);
      const run = required((await t.runs())[0]);
      await t.done('a', { kind: 'delete' });
      expect(await pruneAll()).toBe(0);
      expect(await t.store.getRun(run.id)).toMatchObject({ jobId: 'a' });
      t.clock.advance(31 * DAY);
      expect(await pruneAll()).toBe(2);
      expect(await t.store.getRun(run.id)).toBeUndefined();
    });

    it('a deleted job is kept while a run of it is live', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      const run = await t.claimOne();
      await t.done('a', { kind: 'delete' });
      expect(await pruneAll()).toBe(0);
      expect(await t.settle(run, { kind: 'cancelled' })).toMatchObject({ kind: 'finished' });
    });

    it('a finished run_at job goes 30 days after its last run', async () => {
      await t.create('a', { schedule: { kind: 'run_at', runAt: T0 } });
      await t.plan();
      await t.settle(await t.claimOne(), SUCCEEDED);
      t.clock.advance(20 * DAY);
      await t.trigger('a');
      await t.settle(await t.claimOne(), SUCCEEDED);
      t.clock.advance(20 * DAY);
      await pruneAll();
      expect((await t.job('a')).status).toBe('finished');
      t.clock.advance(11 * DAY);
      await pruneAll();
      expect(await t.store.getJob('a', TYPES)).toBeUndefined();
    });

    it('unfinished jobs are kept however old they are', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.create('b', { schedule: every(HOUR) });
      await t.create('c', { schedule: every(HOUR) });
      await t.done('c', { kind: 'pause', cancelLive: false });
      t.clock.advance(400 * DAY);
      await pruneAll();
      for (const id of ['a', 'b', 'c']) expect((await t.job(id)).id).toBe(id);
    });
  });
}
