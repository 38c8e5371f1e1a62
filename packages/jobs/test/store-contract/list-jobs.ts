import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cursor, JobQuery, JobSort } from '../../src/core/store/store-views.ts';
import {
  every,
  failed,
  HOUR,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  SECOND,
  SUCCEEDED,
  T0,
  TYPES,
  useStore,
} from './rig.ts';

export function listJobsContract(makeStore: MakeStore): void {
  describe('reading jobs', () => {
    const t = useStore(makeStore);

    const list = async (query: Partial<JobQuery> = {}) => {
      const page = await t.store.listJobs({
        sort: 'id',
        descending: false,
        limit: 50,
        handlers: TYPES,
        ...query,
      });
      return page.rows.map(({ job }) => job.id);
    };

    it('a job shows whether it runs, and its latest started run, live or not', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      expect(await t.view('a')).toMatchObject({ isRunning: false });
      expect(await t.view('a')).not.toHaveProperty('lastRunAt');
      await t.trigger('a');
      const first = await t.claimOne();
      expect(await t.view('a')).toMatchObject({ isRunning: true, lastRunAt: T0, lastStatus: 'running' });
      t.clock.advance(SECOND);
      await t.settle(first, SUCCEEDED, { startedAt: T0 });
      expect(await t.view('a')).toMatchObject({ isRunning: false, lastRunAt: T0, lastStatus: 'succeeded' });
      await t.trigger('a');
      await t.claim(0, 1);
      expect(await t.view('a')).toMatchObject({ isRunning: false, lastRunAt: T0, lastStatus: 'succeeded' });
    });

    it('sorts by every field, both ways, jobs without a value last', async () => {
      await t.create('c', { name: 'Alpha', schedule: every(HOUR) });
      t.clock.advance(1);
      await t.create('a', { name: 'Gamma', schedule: ON_DEMAND });
      t.clock.advance(1);
      await t.create('b', { name: 'Beta', schedule: every(MINUTE) });
      await t.trigger('b');
      await t.settle(await t.claimOne(), SUCCEEDED);
      t.clock.advance(1);
      await t.trigger('c');
      await t.claimOne();
      const orders: Record<JobSort, [string, string]> = {
        id: ['abc', 'cba'],
        name: ['cba', 'abc'],
        next_run: ['bca', 'cba'],
        last_run: ['bca', 'cba'],
        created_at: ['cab', 'bac'],
      };
      for (const sort of ['id', 'name', 'next_run', 'last_run', 'created_at'] as const) {
        const found = [
          (await list({ sort, descending: false })).join(''),
          (await list({ sort, descending: true })).join(''),
        ];
        expect([sort, ...found]).toEqual([sort, ...orders[sort]]);
      }
    });

    it('pages through every sort without losing or repeating a job', async () => {
      for (let n = 0; n < 23; n += 1) {
        await t.create(`job-${n}`, {
          name: `Name ${n % 3}`,
          schedule: n % 4 === 0 ? ON_DEMAND : every(MINUTE * (1 + (n % 2))),
        });
      }
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom<JobSort>('id', 'name', 'next_run', 'last_run', 'created_at'),
          fc.boolean(),
          fc.integer({ min: 1, max: 24 }),
          async (sort, descending, limit) => {
            const whole = await list({ sort, descending, limit: 200 });
            const seen: string[] = [];
            let after: Cursor | undefined;
            do {
              const page = await t.store.listJobs({
                sort,
                descending,
                limit,
                handlers: TYPES,
                ...(after === undefined ? {} : { after }),
              });
              seen.push(...page.rows.map(({ job }) => job.id));
              after = page.next;
            } while (after !== undefined);
            expect(seen).toEqual(whole);
            expect(whole).toHaveLength(23);
          },
        ),
        { numRuns: 20 },
      );
    });

    it('filters by type, status, and any part of id, name or description, in any case', async () => {
      await t.create('cleanup', { name: 'Räum auf', description: 'old listings' });
      await t.create('mail', { type: 'other', name: 'Send 100%' });
      await t.create('done', { schedule: { kind: 'run_at', runAt: T0 } });
      await t.plan();
      await t.settle(await t.claimOne(), SUCCEEDED);
      await t.done('mail', { kind: 'pause', cancelLive: false });
      expect(await list({ type: 'other' })).toEqual(['mail']);
      expect(await list({ status: 'paused' })).toEqual(['mail']);
      expect(await list({ status: 'finished' })).toEqual(['done']);
      expect(await list({ status: 'active' })).toEqual(['cleanup']);
      expect(await list({ q: 'LISTINGS' })).toEqual(['cleanup']);
      expect(await list({ q: 'RÄUM' })).toEqual(['cleanup']);
      expect(await list({ q: 'AIL' })).toEqual(['mail']);
      expect(await list({ q: '100%' })).toEqual(['mail']);
      expect(await list({ q: '%' })).toEqual(['mail']);
      expect(await list({ q: '_' })).toEqual([]);
      expect(await list({ q: 'mail', status: 'active' })).toEqual([]);
    });

    it('filters by health as each job shows it', async () => {
      await t.create('ok', { schedule: ON_DEMAND });
      await t.create('failing', { schedule: ON_DEMAND });
      await t.create('no-handler', { type: 'other', schedule: ON_DEMAND });
      await t.create('too-new', { typeVersion: 2, schedule: ON_DEMAND });
      await t.create('paused', { schedule: ON_DEMAND });
      await t.create('late', { schedule: every(10 * MINUTE) });
      await t.create('overrunning', { schedule: every(MINUTE, { startAt: T0 + 15 * MINUTE }) });
      await t.create('zombie', { schedule: ON_DEMAND });
      await t.done('paused', { kind: 'pause', cancelLive: false });
      await t.trigger('failing');
      await t.settle(await t.claimOne(), failed('x', true));
      await t.trigger('overrunning');
      await t.claimOne();
      await t.trigger('zombie');
      const { id: runId, fence } = await t.claimOne();
      await t.store.report([{ runId, fence, zombieSince: T0 }]);
      t.clock.advance(12 * MINUTE);
      for (const health of ['ok', 'failing', 'paused', 'late', 'overrunning', 'zombie'] as const) {
        expect(await list({ health })).toEqual([health]);
      }
      expect(await list({ health: 'no_handler' })).toEqual(['no-handler', 'too-new']);
      expect(await list({ health: 'no_handler', handlers: {} })).toHaveLength(8);
    });

    it('pages by health through many jobs of another health', async () => {
      for (let n = 0; n < 130; n += 1) {
        await t.create(`job-${String(n).padStart(3, '0')}`, {
          schedule: ON_DEMAND,
          type: n % 40 === 39 ? 'noop' : 'other',
        });
      }
      const first = await t.store.listJobs({
        sort: 'id',
        descending: false,
        limit: 2,
        health: 'ok',
        handlers: TYPES,
      });
      expect(first.rows.map(({ job }) => job.id)).toEqual(['job-039', 'job-079']);
      if (first.next === undefined) throw new Error('a page is missing');
      expect(await list({ health: 'ok', limit: 2, after: first.next })).toEqual(['job-119']);
    });

    it('deleted jobs are not listed', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      await t.settle(await t.claimOne(), SUCCEEDED);
      await t.done('a', { kind: 'delete' });
      expect(await list()).toEqual([]);
    });

    // Promise P22, types and deploys.
    it('health says when no node has the type', async () => {
      await t.create('a', { type: 'other' });
      expect((await t.view('a')).health).toMatchObject({ status: 'no_handler' });
      expect((await t.store.getJob('a', { other: 1 }))?.health).toEqual({ status: 'ok' });
    });
  });
}
