import { describe, expect, it } from 'vitest';
import type { JobQuery, RecentRun } from '../../src/core/store/store-views.ts';
import {
  every,
  failed,
  HOUR,
  type MakeStore,
  ON_DEMAND,
  required,
  SECOND,
  SUCCEEDED,
  T0,
  TYPES,
  useStore,
} from './rig.ts';

export function recentRunsContract(makeStore: MakeStore): void {
  describe('the recent runs of listed jobs', () => {
    const t = useStore(makeStore);

    const list = async (query: Partial<JobQuery>) =>
      (await t.store.listJobs({ sort: 'id', descending: false, limit: 50, handlers: TYPES, ...query })).rows;
    const recentOf = async (jobId: string, recentRuns: number): Promise<readonly RecentRun[] | undefined> =>
      (await list({ recentRuns })).find(({ job }) => job.id === jobId)?.recentRuns;
    const idsOf = async (jobId: string, recentRuns: number) =>
      (await recentOf(jobId, recentRuns))?.map(({ id }) => id);

    it('come only when they are asked for', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      const [view] = await list({});
      expect(view).not.toHaveProperty('recentRuns');
      expect(await t.view('a')).not.toHaveProperty('recentRuns');
      expect(await recentOf('a', 1)).toHaveLength(1);
    });

    it('are the newest live and finished runs, newest first', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const made: string[] = [];
      for (let n = 0; n < 6; n += 1) made.push((await t.trigger('a')).id);
      const { runs } = await t.claim(4);
      // Runs 2 and 4 have ended; 1 and 3 are running; the others wait.
      await t.settle(required(runs[1]), SUCCEEDED);
      await t.settle(required(runs[3]), SUCCEEDED);
      const newestFirst = made.toReversed();
      expect(await idsOf('a', 20)).toEqual(newestFirst);
      expect(await idsOf('a', 4)).toEqual(newestFirst.slice(0, 4));
      expect(await idsOf('a', 1)).toEqual(newestFirst.slice(0, 1));
      expect((await recentOf('a', 20))?.map(({ status }) => status)).toEqual([
        'queued',
        'queued',
        'succeeded',
        'running',
        'succeeded',
        'running',
      ]);
    });

    it('have status, reason and times', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const bad = await t.trigger('a');
      t.clock.advance(SECOND);
      const claimed = await t.claimOne();
      t.clock.advance(SECOND);
      await t.settle(claimed, failed('x', true), { startedAt: T0 + SECOND });
      const running = await t.trigger('a');
      await t.claimOne();
      const queued = await t.trigger('a');
      const at = T0 + 2 * SECOND;
      expect(await recentOf('a', 3)).toEqual([
        { id: queued.id, status: 'queued', queuedAt: at },
        { id: running.id, status: 'running', queuedAt: at, startedAt: at },
        {
          id: bad.id,
          status: 'failed',
          reason: 'error',
          queuedAt: T0,
          startedAt: T0 + SECOND,
          finishedAt: at,
        },
      ]);
    });

    it('have what was skipped, too', async () => {
      await t.create('a', { schedule: every(HOUR) });
      t.clock.advance(HOUR);
      await t.plan();
      await t.claimOne();
      t.clock.advance(HOUR);
      await t.plan();
      expect(await recentOf('a', 5)).toMatchObject([
        { status: 'skipped', reason: 'overlap', finishedAt: T0 + 2 * HOUR },
        { status: 'running' },
      ]);
    });

    it('are of each job alone, and of this generation of it', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      await t.settle(await t.claimOne(), SUCCEEDED);
      await t.done('a', { kind: 'delete' });
      await t.create('a', { schedule: ON_DEMAND });
      await t.create('b', { schedule: ON_DEMAND });
      await t.create('c', { schedule: ON_DEMAND });
      const ofB = await t.trigger('b');
      const ofC = await t.trigger('c');
      const rows = await list({ recentRuns: 3, sort: 'name', descending: true });
      expect(rows.map(({ job, recentRuns }) => [job.id, recentRuns?.map(({ id }) => id)])).toEqual([
        ['c', [ofC.id]],
        ['b', [ofB.id]],
        ['a', []],
      ]);
    });

    it('come with each page, and with jobs that are filtered by health', async () => {
      for (const id of ['a', 'b', 'c']) {
        await t.create(id, { schedule: ON_DEMAND });
        await t.trigger(id);
        await t.settle(await t.claimOne(), id === 'b' ? SUCCEEDED : failed('x', true));
      }
      const query = { sort: 'id', descending: false, limit: 1, handlers: TYPES, recentRuns: 2 } as const;
      const first = await t.store.listJobs({ ...query, health: 'failing' });
      expect(first.rows).toMatchObject([{ job: { id: 'a' }, recentRuns: [{ status: 'failed' }] }]);
      const after = required(first.next);
      expect((await t.store.listJobs({ ...query, health: 'failing', after })).rows).toMatchObject([
        { job: { id: 'c' }, recentRuns: [{ status: 'failed' }] },
      ]);
      expect(await list({ recentRuns: 2, type: 'nobody' })).toEqual([]);
    });
  });
}
