import { describe, expect, it } from 'vitest';
import type { TypeVersions } from '../../src/core/nodes/membership.ts';
import type { HealthCounts, JobQuery } from '../../src/core/store/store-views.ts';
import { emptyHealthCounts, HEALTH_STATUSES } from '../../src/core/watching/health.ts';
import {
  every,
  failed,
  HOUR,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  SUCCEEDED,
  T0,
  TYPES,
  useStore,
} from './rig.ts';

export function countHealthContract(makeStore: MakeStore): void {
  // Promises P17, clock; P22, types and deploys.
  describe('jobs by health', () => {
    const t = useStore(makeStore);

    const counted = async (handlers: TypeVersions = TYPES): Promise<HealthCounts> => {
      const total = emptyHealthCounts();
      let after: string | undefined;
      do {
        const part = await t.store.countHealth({ handlers, ...(after === undefined ? {} : { after }) });
        for (const health of HEALTH_STATUSES) total[health] += part.counts[health];
        after = part.next;
      } while (after !== undefined);
      return total;
    };
    const list = async (query: Partial<JobQuery> = {}) =>
      (await t.store.listJobs({ sort: 'id', descending: false, limit: 200, handlers: TYPES, ...query })).rows;
    /** Counts by reading the jobs themselves. */
    const shown = async (handlers: TypeVersions = TYPES): Promise<HealthCounts> => {
      const total = emptyHealthCounts();
      for (const { health } of await list({ handlers })) total[health.status] += 1;
      return total;
    };

    /** Jobs of every health, and some with several signs. */
    const makeAll = async () => {
      await t.create('ok', { schedule: ON_DEMAND });
      await t.create('ok-and-running', { schedule: every(HOUR) });
      await t.create('failing', { schedule: ON_DEMAND });
      await t.create('failing-and-paused', { schedule: ON_DEMAND });
      await t.create('no-handler', { type: 'other', schedule: ON_DEMAND });
      await t.create('too-new', { typeVersion: 2, schedule: ON_DEMAND });
      await t.create('paused', { schedule: every(MINUTE) });
      await t.create('late', { schedule: every(10 * MINUTE) });
      await t.create('nearly-late', { schedule: every(11 * MINUTE) });
      await t.create('overrunning', { schedule: every(MINUTE, { startAt: T0 + 15 * MINUTE }) });
      await t.create('long-but-delayed', {
        schedule: every(MINUTE, { mode: 'fixed_delay', startAt: T0 + HOUR }),
      });
      await t.create('zombie', { schedule: ON_DEMAND });
      await t.create('deleted', { schedule: ON_DEMAND });
      for (const id of ['failing', 'failing-and-paused']) {
        await t.trigger(id);
        await t.settle(await t.claimOne(), failed('x', true));
      }
      for (const id of ['ok-and-running', 'overrunning', 'long-but-delayed']) {
        await t.trigger(id);
        await t.claimOne();
      }
      await t.trigger('zombie');
      const { id: runId, fence } = await t.claimOne();
      await t.store.report([{ runId, fence, zombieSince: T0 }]);
      for (const id of ['paused', 'failing-and-paused'])
        await t.done(id, { kind: 'pause', cancelLive: false });
      await t.done('deleted', { kind: 'delete' });
      t.clock.advance(12 * MINUTE);
    };

    it('are counted as each job shows it, the worst of several counting', async () => {
      await makeAll();
      const counts = {
        no_handler: 2,
        zombie: 1,
        overdue: 0,
        no_upstream: 0,
        failing: 2,
        late: 1,
        slow: 0,
        overrunning: 1,
        paused: 1,
        ok: 4,
      };
      expect(await counted()).toEqual(counts);
      expect(await shown()).toEqual(counts);
    });

    it('are judged by the types that live nodes can run', async () => {
      await makeAll();
      for (const handlers of [{}, { other: 1 }, { noop: 2 }, { noop: 2, other: 1 }]) {
        expect(await counted(handlers)).toEqual(await shown(handlers));
      }
      expect(await counted({})).toEqual({ ...emptyHealthCounts(), no_handler: 12 });
    });

    it('late jobs include those whose clock jumped back', async () => {
      await t.create('a', { schedule: every(HOUR) });
      t.clock.advance(HOUR);
      await t.plan();
      await t.settle(await t.claimOne(), SUCCEEDED);
      t.clock.set(T0 + HOUR - MINUTE);
      expect(await counted()).toEqual({ ...emptyHealthCounts(), ok: 1 });
      t.clock.set(T0 + HOUR - MINUTE - 1);
      expect(await counted()).toEqual({ ...emptyHealthCounts(), late: 1 });
      expect(await shown()).toEqual({ ...emptyHealthCounts(), late: 1 });
    });

    it('late jobs are those whose live run merely waits for a place, too', async () => {
      for (const id of ['waits', 'runs', 'held', 'retries', 'paused'])
        await t.create(id, { schedule: ON_DEMAND, overlap: 'queue' });
      for (const id of ['held', 'runs']) {
        await t.trigger(id);
        await t.claimOne();
      }
      await t.trigger('held');
      await t.trigger('retries');
      const retried = await t.claimOne();
      t.clock.advance(HOUR);
      await t.settle(retried, failed());
      for (const id of ['waits', 'paused']) await t.trigger(id);
      t.clock.advance(1);
      await t.done('paused', { kind: 'pause', cancelLive: false });
      t.clock.advance(MINUTE - 1);
      const none = { ...emptyHealthCounts(), ok: 4, paused: 1 };
      expect(await counted()).toEqual(none);
      t.clock.advance(1);
      // The retry has been due for 50 s.
      expect(await counted()).toEqual({ ...none, ok: 3, late: 1 });
      expect(await shown()).toEqual({ ...none, ok: 3, late: 1 });
      const [late] = await list({ health: 'late' });
      expect(late).toMatchObject({ job: { id: 'waits' }, health: { reason: 'waiting', since: T0 + HOUR } });
      await t.claim();
      expect(await counted()).toEqual(none);
    });

    it('jobs that need attention are listed together', async () => {
      await makeAll();
      const ids = (await list({ health: 'unhealthy' })).map(({ job }) => job.id);
      expect(ids).toEqual([
        'failing',
        'failing-and-paused',
        'late',
        'no-handler',
        'overrunning',
        'too-new',
        'zombie',
      ]);
      expect(await list({ health: 'unhealthy', handlers: {} })).toHaveLength(12);
      const page = await t.store.listJobs({
        sort: 'id',
        descending: true,
        limit: 2,
        handlers: TYPES,
        health: 'unhealthy',
      });
      expect(page.rows.map(({ job }) => job.id)).toEqual(['zombie', 'too-new']);
      expect(page.next).toBeDefined();
    });

    it('are none without jobs', async () => {
      expect(await counted()).toEqual(emptyHealthCounts());
      expect(await list({ health: 'unhealthy' })).toEqual([]);
    });
  });
}
