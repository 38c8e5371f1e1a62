import { describe, expect, it } from 'vitest';
import { every, HOUR, type MakeStore, MINUTE, ON_DEMAND, T0, useStore } from './rig.ts';

export function forecastJobsContract(makeStore: MakeStore): void {
  // Promise P38, forecast.
  describe('the jobs of a forecast', () => {
    const t = useStore(makeStore);
    const read = (most = 1_000, idPrefix?: string) => t.store.forecastJobs({ most, idPrefix });

    it('have all that their slots depend on', async () => {
      await t.create('tagged', {
        schedule: every(HOUR, { startAt: T0 + MINUTE }),
        tags: ['billing', 'eu'],
        catchUp: 'all',
        overlap: 'queue',
      });
      const { jobs, total } = await read();
      const { nextRunAt, anchorAt } = await t.job('tagged');
      expect(total).toBe(1);
      expect(jobs[0]).toMatchObject({
        id: 'tagged',
        name: 'Job tagged',
        type: 'noop',
        schedule: every(HOUR, { startAt: T0 + MINUTE }),
        tags: ['billing', 'eu'],
        catchUp: 'all',
        status: 'active',
        anchorAt,
        nextRunAt,
        durationsMs: [],
      });
    });

    it('are those with slots to come, paused ones included', async () => {
      await t.create('active');
      await t.create('paused');
      await t.create('on-demand', { schedule: ON_DEMAND });
      await t.create('deleted');
      await t.create('once', { schedule: { kind: 'run_at', runAt: T0 + MINUTE } });
      await t.done('paused', { kind: 'pause', until: T0 + HOUR, cancelLive: false });
      await t.done('deleted', { kind: 'delete' });
      const { jobs, total } = await read();
      expect(jobs.map(({ id }) => id).sort()).toEqual(['active', 'once', 'paused']);
      expect(total).toBe(3);
      expect(jobs.find(({ id }) => id === 'paused')).toMatchObject({
        status: 'paused',
        pause: { at: T0, until: T0 + HOUR },
      });
      expect((await read(10, 'a')).jobs.map(({ id }) => id)).toEqual(['active']);
      t.clock.advance(MINUTE);
      await t.plan();
      await t.settleAll((await t.claim()).runs);
      expect((await read()).jobs.map(({ id }) => id).sort()).toEqual(['active', 'paused']);
    });

    it('tell how long their newest runs took that succeeded', async () => {
      await t.create('measured', { schedule: every(MINUTE) });
      for (const [seconds, outcome] of [
        [5, 'succeeded'],
        [7, 'cancelled'],
        [9, 'succeeded'],
      ] as const) {
        t.clock.advance(MINUTE);
        await t.plan();
        const run = await t.claimOne();
        const startedAt = t.clock.now() - seconds * 1_000;
        await t.settle(run, { kind: outcome }, { startedAt });
      }
      expect((await read()).jobs[0]?.durationsMs).toEqual([9_000, 5_000]);
    });

    it('can be of one type', async () => {
      await t.create('own');
      await t.create('other', { type: 'other' });
      const { jobs, total } = await t.store.forecastJobs({ most: 10, type: 'other' });
      expect(jobs.map(({ id }) => id)).toEqual(['other']);
      expect(total).toBe(1);
    });

    it('are an even sample beyond the most that may be read', async () => {
      for (let n = 0; n < 60; n += 1) await t.create(`job-${n}`);
      const { jobs, total } = await read(20);
      expect(total).toBe(60);
      expect(jobs.length).toBeGreaterThanOrEqual(15);
      expect(jobs.length).toBeLessThanOrEqual(25);
      expect((await read(60)).jobs).toHaveLength(60);
      expect((await read(20)).jobs).toEqual(jobs);
    });
  });
}
