import { describe, expect, it } from 'vitest';
import { bucketOf, UNMEASURED } from '../../src/core/rules/run-measures.ts';
import type { Retention } from '../../src/core/store/store.ts';
import type { HistoryCount, HistoryQuery } from '../../src/core/store/store-views.ts';
import {
  DAY,
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
  useStore,
} from './rig.ts';

const RETENTION: Retention = {
  finishedPerJob: 1,
  skippedPerJob: 1,
  maxAgeMs: 30 * DAY,
  countsMaxAgeMs: 90 * DAY,
};

export function historyContract(makeStore: MakeStore): void {
  // Promise P18, bounds.
  describe('the history of counts', () => {
    const t = useStore(makeStore);

    /** A run that started `latenessMs` after it was due, and then took `tookMs`. */
    const run = async (jobId: string, { latenessMs = 0, tookMs = 0, outcome = SUCCEEDED } = {}) => {
      await t.trigger(jobId);
      t.clock.advance(latenessMs);
      const claimed = await t.claimOne();
      const startedAt = t.clock.now();
      t.clock.advance(tookMs);
      await t.settle(claimed, outcome, { startedAt, finishedAt: t.clock.now() });
    };
    const read = async (query: Partial<HistoryQuery> = {}) => {
      const counts = await t.store.history({ from: T0, to: T0 + DAY, stepMs: HOUR, ...query });
      return required(counts).map(textOf).sort();
    };
    const textOf = ({ step, measure, bucket, count }: HistoryCount) =>
      `${step} ${measure} ${bucket}: ${count}`;
    const pruneAll = async (retention: Partial<Retention> = {}) => {
      while ((await t.store.prune({ ...RETENTION, ...retention })).more);
    };
    const late = bucketOf(2 * SECOND);

    it('has each run once: its duration by how it ended, and how late it started', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await run('a', { tookMs: 100 });
      await run('a', { latenessMs: 2 * SECOND, tookMs: 100 });
      await run('a', { tookMs: 100, outcome: failed('no', true) });
      const counts = [
        `0 failed ${bucketOf(100)}: 1`,
        '0 lateness 0: 2',
        `0 lateness ${late}: 1`,
        `0 succeeded ${bucketOf(100)}: 2`,
      ];
      for (const filter of [{}, { jobId: 'a' }, { type: 'noop' }, { idPrefix: 'a' }, { stepMs: MINUTE }])
        expect(await read(filter)).toEqual(counts);
      for (const filter of [{ type: 'other' }, { tag: 'other' }, { idPrefix: 'b' }])
        expect(await read(filter)).toEqual([]);
      expect(await t.store.history({ jobId: 'b', from: T0, to: T0 + DAY, stepMs: HOUR })).toBeUndefined();
    });

    it('counts runs that never started by their status alone', async () => {
      await t.create('a', { schedule: every(MINUTE), overlap: 'skip' });
      await t.trigger('a');
      t.clock.advance(MINUTE);
      await t.plan();
      await t.done('a', { kind: 'pause', cancelLive: true });
      expect(await read()).toEqual([`0 cancelled ${UNMEASURED}: 1`, `0 skipped ${UNMEASURED}: 1`]);
      expect(await read({ jobId: 'a' })).toEqual(await read());
    });

    it('has a tagged job by each of its tags', async () => {
      await t.create('a', { schedule: ON_DEMAND, tags: ['billing', 'eu'] });
      await t.create('b', { schedule: ON_DEMAND, tags: ['eu', 'eu-west'] });
      await run('a');
      await run('b');
      const counts = (count: number) => [`0 lateness 0: ${count}`, `0 succeeded 0: ${count}`];
      expect(await read({ tag: 'billing' })).toEqual(counts(1));
      expect(await read({ tag: 'eu' })).toEqual(counts(2));
      // Of the jobs with a prefix, and by minute: from the runs themselves.
      expect(await read({ tag: 'eu-west', stepMs: MINUTE })).toEqual(counts(1));
      expect(await read({ tag: 'eu', idPrefix: 'a' })).toEqual(counts(1));
      expect(await read({ tag: 'billing', idPrefix: 'b' })).toEqual([]);
      expect(await read({ type: 'noop', idPrefix: 'b' })).toEqual(counts(1));
      for (const stepMs of [HOUR, MINUTE]) {
        expect(await read({ anyTag: ['billing', 'eu-west'], stepMs })).toEqual(counts(2));
        expect(await read({ anyTag: ['billing'], stepMs })).toEqual(counts(1));
        expect(await read({ anyTag: ['eu-west'], tag: 'billing', stepMs })).toEqual([]);
        expect(await read({ anyTag: ['billing'], idPrefix: 'b', stepMs })).toEqual([]);
      }
    });

    it('puts each run into the step in which it ended', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await run('a', { tookMs: HOUR });
      t.clock.advance(2 * HOUR);
      await run('a');
      const hour = bucketOf(HOUR);
      const counts = ['1 lateness 0: 1', `1 succeeded ${hour}: 1`, '3 lateness 0: 1', '3 succeeded 0: 1'];
      for (const filter of [{}, { jobId: 'a' }, { type: 'noop' }]) expect(await read(filter)).toEqual(counts);
      expect(await read({ stepMs: 2 * HOUR })).toEqual([
        '0 lateness 0: 1',
        `0 succeeded ${hour}: 1`,
        '1 lateness 0: 1',
        '1 succeeded 0: 1',
      ]);
      // `from` is part of it, `to` is not.
      expect(await read({ from: T0 + HOUR, to: T0 + 3 * HOUR })).toEqual([
        '0 lateness 0: 1',
        `0 succeeded ${hour}: 1`,
      ]);
      expect(await read({ from: T0 + 3 * HOUR, to: T0 + 4 * HOUR })).toEqual([
        '0 lateness 0: 1',
        '0 succeeded 0: 1',
      ]);
    });

    it('outlives a restart, and pruned runs by 90 days', async () => {
      await t.create('a', { schedule: ON_DEMAND, tags: ['eu'] });
      for (let n = 0; n < 5; n += 1) await run('a', { latenessMs: n * SECOND, tookMs: 100 * n });
      const all = await read();
      expect(all).toHaveLength(10);
      await t.reopen();
      await pruneAll();
      expect(await t.runs()).toHaveLength(1);
      t.clock.advance(40 * DAY);
      await pruneAll();
      expect(await t.runs()).toHaveLength(0);
      for (const filter of [{}, { jobId: 'a' }, { type: 'noop' }, { tag: 'eu' }, { idPrefix: 'a' }])
        expect(await read(filter)).toEqual(all);
      t.clock.advance(51 * DAY);
      await pruneAll();
      for (const filter of [{}, { jobId: 'a' }, { type: 'noop' }, { tag: 'eu' }, { idPrefix: 'a' }])
        expect(await read(filter)).toEqual([]);
    });

    // Promise P14, pause.
    it('counts no time of a pause as lateness', async () => {
      await t.create('held', { schedule: ON_DEMAND });
      await t.create('once', { schedule: { kind: 'run_at', runAt: T0 + MINUTE } });
      await t.trigger('held');
      await t.done('held', { kind: 'pause', cancelLive: false });
      await t.done('once', { kind: 'pause', until: T0 + 10 * MINUTE, cancelLive: false });
      t.clock.advance(10 * MINUTE);
      await t.done('held', { kind: 'resume' });
      await t.plan();
      t.clock.advance(2 * SECOND);
      const { runs } = await t.claim();
      expect(runs).toHaveLength(2);
      await t.settleAll(runs);
      expect(await read()).toEqual([`0 lateness ${late}: 2`, '0 succeeded 0: 2']);
      expect(await read({ jobId: 'held' })).toEqual([`0 lateness ${late}: 1`, '0 succeeded 0: 1']);
      expect(await read({ jobId: 'once' })).toEqual([`0 lateness ${late}: 1`, '0 succeeded 0: 1']);
    });

    it('counts the lateness of a retry from the time of the retry', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      const { id } = await t.trigger('a');
      await t.settle(await t.claimOne(), failed());
      const retry = await t.live(id);
      t.clock.advance(retry.availableAt - t.clock.now() + 2 * SECOND);
      const again = await t.claimOne();
      await t.settle(again, SUCCEEDED);
      expect(await t.finished(id)).toMatchObject({ dueAt: retry.availableAt });
      expect(await read({ jobId: 'a' })).toEqual([`0 lateness ${late}: 1`, '0 succeeded 0: 1']);
      expect(await read()).toEqual(await read({ jobId: 'a' }));
    });
  });
}
