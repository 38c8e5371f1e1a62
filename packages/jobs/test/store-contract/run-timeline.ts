import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/core/rules/settle.ts';
import { MOST_TIMELINE_RUNS, type TimelineQuery } from '../../src/core/timeline/run-timeline.ts';
import {
  DAY,
  failed,
  HOUR,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  SECOND,
  SUCCEEDED,
  T0,
  useStore,
} from './rig.ts';

export function runTimelineContract(makeStore: MakeStore): void {
  describe('the timeline of runs', () => {
    const t = useStore(makeStore);
    const read = (query: Partial<TimelineQuery> = {}) =>
      t.store.runTimeline({
        by: 'job',
        now: t.clock.now(),
        from: T0,
        to: T0 + HOUR,
        stepMs: MINUTE,
        sort: 'failed',
        limit: 10,
        ...query,
      });
    const create = (id: string, more = {}) =>
      t.create(id, { schedule: ON_DEMAND, overlap: 'allow', ...more });
    /** A run of a job that takes so long, from now on. */
    const run = async (jobId: string, outcome: Outcome = SUCCEEDED, tookMs = SECOND, node = 'node-1') => {
      await t.trigger(jobId);
      const claimed = await t.claimOne(node);
      const startedAt = t.clock.now();
      t.clock.advance(tookMs);
      await t.settle(claimed, outcome, { startedAt, finishedAt: t.clock.now() });
      return claimed.id;
    };
    const idsOf = async (query: Partial<TimelineQuery>) =>
      (await read(query)).rows.map(({ job, node }) => job?.id ?? node);

    it('has a row for each job with its runs, those with the most failures first', async () => {
      await create('calm');
      await create('broken');
      await create('idle');
      const calm = [await run('calm'), await run('calm', SUCCEEDED, 3 * MINUTE)];
      const broken = await run('broken', failed('it broke', true));
      const { rows, ...rest } = await read();
      expect(rest).toEqual({ rowCount: 2 });
      expect(rows).toEqual([
        {
          job: { id: 'broken', name: 'Job broken', type: 'noop', isDeleted: false },
          counts: { succeeded: 0, failed: 1, cancelled: 0, skipped: 0, running: 0 },
          spans: [{ first: 3, last: 3, status: 'failed', count: 1 }],
          hours: [],
          runs: [
            {
              id: broken,
              jobId: 'broken',
              jobName: 'Job broken',
              status: 'failed',
              reason: 'error',
              startedAt: T0 + 3 * MINUTE + SECOND,
              finishedAt: T0 + 3 * MINUTE + 2 * SECOND,
            },
          ],
        },
        {
          job: { id: 'calm', name: 'Job calm', type: 'noop', isDeleted: false },
          counts: { succeeded: 2, failed: 0, cancelled: 0, skipped: 0, running: 0 },
          spans: expect.arrayContaining([
            { first: 0, last: 0, status: 'succeeded', count: 1 },
            { first: 0, last: 3, status: 'succeeded', count: 1 },
          ]),
          hours: [],
          runs: calm.toReversed().map((id) => expect.objectContaining({ id, status: 'succeeded' })),
        },
      ]);
      expect(await idsOf({ sort: 'runs' })).toEqual(['calm', 'broken']);
      expect(await read({ limit: 1 })).toMatchObject({ rows: [{ job: { id: 'broken' } }], rowCount: 2 });
    });

    it('has a row for each node, with the runs of all jobs', async () => {
      await create('a');
      await create('b');
      await run('a', SUCCEEDED, SECOND, 'north');
      await run('b', SUCCEEDED, SECOND, 'north');
      await run('b', failed('it broke', true), SECOND, 'south');
      const { rows, rowCount } = await read({ by: 'node' });
      expect(rowCount).toBe(2);
      expect(rows).toMatchObject([
        { node: 'south', counts: { failed: 1 }, runs: [{ jobId: 'b' }] },
        { node: 'north', counts: { succeeded: 2 }, runs: [{ jobId: 'b' }, { jobId: 'a' }] },
      ]);
      expect(await idsOf({ by: 'node', q: 'A' })).toEqual(['north']);
    });

    it('shows runs that were running at some time of the window', async () => {
      await create('long');
      await run('long', SUCCEEDED, 2 * HOUR);
      t.clock.advance(HOUR);
      await t.trigger('long');
      const live = await t.claimOne();
      await t.store.report([{ runId: live.id, fence: live.fence, startedAt: t.clock.now() }]);
      t.clock.advance(10 * MINUTE);
      const window = { from: T0 + HOUR, to: T0 + 4 * HOUR, stepMs: HOUR };
      const [row] = (await read(window)).rows;
      expect(row?.counts).toMatchObject({ succeeded: 1, running: 1 });
      expect(row?.spans).toEqual(
        expect.arrayContaining([
          { first: 0, last: 1, status: 'succeeded', count: 1 },
          { first: 2, last: 2, status: 'running', count: 1 },
        ]),
      );
      expect(row?.runs).toMatchObject([{ id: live.id, status: 'running' }, { status: 'succeeded' }]);
      expect((await read({ from: T0 + 2 * HOUR + 1, to: T0 + 3 * HOUR, stepMs: HOUR })).rows).toEqual([]);
      expect((await read({ from: T0 - HOUR, to: T0, stepMs: HOUR })).rows).toEqual([]);
    });

    it('counts runs that never started, and draws none of them', async () => {
      await create('a');
      const waiting = await t.trigger('a');
      await t.store.cancelRun({ runId: waiting.id, force: false });
      expect((await read()).rows).toMatchObject([
        { counts: { cancelled: 1, succeeded: 0 }, spans: [], runs: [] },
      ]);
    });

    it('filters by type, tag, prefix and text of the job', async () => {
      await create('billing-1', { tags: ['eu'], name: 'Invoices' });
      await create('mail-1');
      await run('billing-1');
      await run('mail-1');
      expect(await idsOf({ q: 'INVOI' })).toEqual(['billing-1']);
      expect(await idsOf({ q: 'il-1' })).toEqual(['mail-1']);
      expect(await idsOf({ tags: ['eu'] })).toEqual(['billing-1']);
      expect(await idsOf({ idPrefix: 'mail' })).toEqual(['mail-1']);
      expect(await idsOf({ type: 'other' })).toEqual([]);
      expect((await idsOf({ type: 'noop' })).toSorted()).toEqual(['billing-1', 'mail-1']);
      await t.done('mail-1', { kind: 'delete' });
      expect((await read({ q: 'mail' })).rows).toMatchObject([{ job: { id: 'mail-1', isDeleted: true } }]);
    });

    it('counts the runs of a row that has many, and lists the runs of others', async () => {
      await create('busy');
      const count = MOST_TIMELINE_RUNS + 1;
      for (let n = 0; n < count; n += 1) await t.trigger('busy');
      const { runs } = await t.claim(count);
      const at = { startedAt: t.clock.now(), finishedAt: t.clock.now() };
      for (const claimed of runs) await t.settle(claimed, SUCCEEDED, at);
      const [row] = (await read()).rows;
      expect(row?.spans).toEqual([{ first: 0, last: 0, status: 'succeeded', count }]);
      expect(row?.runs).toBeUndefined();
    });

    it('counts pruned runs by hour', async () => {
      await create('old');
      await run('old');
      await run('old', failed('it broke', true));
      t.clock.advance(2 * DAY);
      await run('old');
      const age = { maxAgeMs: DAY, countsMaxAgeMs: 90 * DAY };
      while ((await t.store.prune({ finishedPerJob: 10, skippedPerJob: 5, ...age })).more);
      const { rows } = await read({ q: 'old', to: T0 + 3 * DAY, stepMs: HOUR });
      expect(rows[0]?.counts).toMatchObject({ succeeded: 2, failed: 1 });
      expect(rows[0]?.hours).toEqual(
        expect.arrayContaining([
          { at: T0, status: 'succeeded', count: 1 },
          { at: T0, status: 'failed', count: 1 },
        ]),
      );
      expect(rows[0]?.runs).toHaveLength(1);
    });
  });
}
