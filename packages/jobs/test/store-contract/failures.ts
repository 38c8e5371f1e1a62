import { describe, expect, it } from 'vitest';
import type { FailureQuery } from '../../src/core/store/failure-views.ts';
import { DAY, failed, HOUR, type MakeStore, ON_DEMAND, SUCCEEDED, T0, useStore } from './rig.ts';

export function failuresContract(makeStore: MakeStore): void {
  // Promise P41, run records.
  describe('failed runs by cause', () => {
    const t = useStore(makeStore);
    const list = (query: Partial<FailureQuery> = {}) =>
      t.store.listFailures({ from: T0 - DAY, to: T0 + 10 * DAY, sort: 'last_seen', limit: 50, ...query });
    const fail = async (jobId: string, message: string) => {
      t.clock.advance(1_000);
      await t.trigger(jobId);
      const run = await t.claimOne();
      await t.settle(run, failed(message, true), { finishedAt: t.clock.now() });
      return run.id;
    };
    const create = (id: string, more = {}) =>
      t.create(id, { schedule: ON_DEMAND, overlap: 'allow', ...more });

    it('groups failed runs by fingerprint, newest first, with jobs, types and the newest run', async () => {
      await create('a');
      await create('b');
      await fail('a', 'order 1 is gone');
      await fail('b', 'disk full');
      await fail('b', 'order 2 is gone');
      const newest = await fail('a', 'order 3 is gone');
      await t.trigger('a');
      await t.settle(await t.claimOne(), SUCCEEDED);
      const { groups, ...page } = await list();
      expect(page).toEqual({ groupCount: 2, runCount: 4 });
      expect(groups).toMatchObject([
        {
          count: 3,
          jobCount: 2,
          jobs: [
            { jobId: 'a', jobName: 'Job a', count: 2 },
            { jobId: 'b', count: 1 },
          ],
          types: ['noop'],
          firstAt: T0 + 1_000,
          lastAt: T0 + 4_000,
          sample: { jobId: 'a', run: { id: newest, errors: [{ message: 'order 3 is gone' }] } },
        },
        { count: 1, jobCount: 1, jobs: [{ jobId: 'b', count: 1 }], lastAt: T0 + 2_000 },
      ]);
      expect(groups[0]?.sample.run).toMatchObject({ fingerprint: groups[0]?.fingerprint });
    });

    it('pages through the groups in either order', async () => {
      await create('a');
      for (const message of ['one', 'two', 'two', 'three', 'three', 'three', 'four'])
        await fail('a', message);
      const messages = async (sort: FailureQuery['sort']) => {
        const found: unknown[] = [];
        let after: FailureQuery['after'];
        do {
          const { groups, next, groupCount } = await list({ sort, limit: 1, after });
          expect(groupCount).toBe(4);
          found.push(...groups.map(({ sample }) => sample.run.errors.at(-1)?.message));
          after = next;
        } while (after !== undefined);
        return found;
      };
      expect(await messages('last_seen')).toEqual(['four', 'three', 'two', 'one']);
      expect(await messages('count')).toEqual(['three', 'two', 'four', 'one']);
    });

    it('filters by time, job, type, prefix, tag and fingerprint', async () => {
      await create('a', { tags: ['eu'] });
      await create('b-1');
      await fail('a', 'one');
      t.clock.advance(HOUR);
      await fail('b-1', 'two');
      const of = async (query: Partial<FailureQuery>) =>
        (await list(query)).groups.map(({ sample }) => sample.run.errors.at(-1)?.message);
      expect(await of({})).toEqual(['two', 'one']);
      expect(await of({ from: T0 + HOUR })).toEqual(['two']);
      expect(await of({ to: T0 + HOUR })).toEqual(['one']);
      expect(await of({ jobId: 'a' })).toEqual(['one']);
      expect(await of({ jobId: 'nobody' })).toEqual([]);
      expect(await of({ type: 'noop' })).toEqual(['two', 'one']);
      expect(await of({ type: 'other' })).toEqual([]);
      expect(await of({ idPrefix: 'b-' })).toEqual(['two']);
      expect(await of({ tags: ['eu'] })).toEqual(['one']);
      const { groups } = await list();
      expect(await of({ fingerprint: groups[1]?.fingerprint })).toEqual(['one']);
      expect(await list({ fingerprint: '0'.repeat(16) })).toEqual({ groups: [], groupCount: 0, runCount: 0 });
    });
  });
}
