import { describe, expect, it } from 'vitest';
import { emptyHealthCounts, type HealthStatus } from '../../src/core/watching/health.ts';
import {
  definitionPart,
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

export function expectationsContract(makeStore: MakeStore): void {
  // Promise P25, expectations.
  describe('expectations', () => {
    const t = useStore(makeStore);
    /** The health of the only job: as it shows, as it is counted, and as it is found. */
    const health = async (): Promise<HealthStatus> => {
      const { health: shown, job } = await t.view('a');
      const { counts } = await t.store.countHealth({ handlers: TYPES });
      expect(counts).toEqual({ ...emptyHealthCounts(), [shown.status]: 1 });
      const query = { sort: 'id', descending: false, limit: 10, handlers: TYPES } as const;
      const found = await t.store.listJobs({ ...query, health: shown.status });
      expect(found.rows.map((row) => row.job.id)).toEqual([job.id]);
      return shown.status;
    };

    it('a job is overdue once it had no success for longer, since its creation', async () => {
      await t.create('a', { schedule: ON_DEMAND, expect: { successWithinMs: HOUR } });
      t.clock.advance(HOUR);
      expect(await health()).toBe('ok');
      t.clock.advance(1);
      expect(await health()).toBe('overdue');
      const { health: shown } = await t.view('a');
      expect(shown).toEqual({
        status: 'overdue',
        reason: 'no success for 1h, expected every 1h',
        since: T0 + HOUR,
      });
    });

    it('a job is overdue counted from the end of its last success, and failures change nothing', async () => {
      await t.create('a', { schedule: ON_DEMAND, expect: { successWithinMs: HOUR } });
      await t.trigger('a');
      const run = await t.claimOne();
      t.clock.advance(30 * MINUTE);
      await t.settle(run, SUCCEEDED, { startedAt: T0 });
      await t.trigger('a');
      t.clock.advance(10 * MINUTE);
      await t.settle(await t.claimOne(), failed('x', true));
      await t.reopen();
      t.clock.advance(50 * MINUTE);
      expect(await health()).toBe('failing');
      t.clock.advance(1);
      expect(await health()).toBe('overdue');
      await t.trigger('a');
      await t.settle(await t.claimOne(), SUCCEEDED);
      expect(await health()).toBe('ok');
    });

    it('a paused job is never overdue; the time counts anew from the resume', async () => {
      await t.create('a', { schedule: ON_DEMAND, expect: { successWithinMs: HOUR } });
      await t.done('a', { kind: 'pause', cancelLive: false });
      t.clock.advance(5 * HOUR);
      expect(await health()).toBe('paused');
      await t.done('a', { kind: 'resume' });
      t.clock.advance(HOUR);
      expect(await health()).toBe('ok');
      await t.reopen();
      t.clock.advance(1);
      expect(await health()).toBe('overdue');
    });

    it('a job is overdue again 10 minutes after a pause of all jobs', async () => {
      await t.create('a', { schedule: ON_DEMAND, expect: { successWithinMs: HOUR } });
      t.clock.advance(5 * HOUR);
      const found = async (lateFrom: number) => {
        const query = { sort: 'id', descending: false, limit: 10, handlers: TYPES, lateFrom } as const;
        return (await t.store.listJobs({ ...query, health: 'overdue' })).rows.length;
      };
      expect(await found(Number.POSITIVE_INFINITY)).toBe(0);
      expect(await found(t.clock.now() - 10 * MINUTE)).toBe(0);
      expect(await found(t.clock.now() - 10 * MINUTE - 1)).toBe(1);
    });

    it('a job is slow while a run takes longer, and after a run that took longer', async () => {
      await t.create('a', { schedule: ON_DEMAND, expect: { durationMs: 10 * MINUTE } });
      await t.trigger('a');
      const run = await t.claimOne();
      t.clock.advance(10 * MINUTE);
      expect(await health()).toBe('ok');
      t.clock.advance(1);
      expect(await health()).toBe('slow');
      await t.settle(run, SUCCEEDED, { startedAt: T0 });
      await t.reopen();
      expect(await health()).toBe('slow');
      expect((await t.view('a')).health).toEqual({
        status: 'slow',
        reason: 'the last run took 10m, expected at most 10m',
        since: T0 + 10 * MINUTE,
      });
      await t.edit('a', { expect: { durationMs: HOUR } });
      expect(await health()).toBe('ok');
      await t.trigger('a');
      await t.settle(await t.claimOne(), SUCCEEDED);
      await t.edit('a', { expect: { durationMs: 10 * MINUTE } });
      expect(await health()).toBe('ok');
    });

    it('a job is late by its own time to start, sooner or later than others', async () => {
      await t.create('a', { schedule: every(MINUTE), expect: { startWithinMs: 5 * SECOND } });
      t.clock.advance(MINUTE + 5 * SECOND);
      expect(await health()).toBe('ok');
      t.clock.advance(1);
      expect(await health()).toBe('late');
      await t.edit('a', { expect: { startWithinMs: 10 * MINUTE } });
      t.clock.advance(9 * MINUTE);
      expect(await health()).toBe('ok');
    });

    it('a run that waits for a place makes its job late by the time of the job', async () => {
      await t.create('a', { schedule: ON_DEMAND, expect: { startWithinMs: 5 * SECOND } });
      await t.trigger('a');
      t.clock.advance(5 * SECOND);
      expect(await health()).toBe('ok');
      t.clock.advance(1);
      expect(await health()).toBe('late');
    });

    it('an edit without expectations ends the judgement', async () => {
      await t.create('a', { schedule: ON_DEMAND, expect: { successWithinMs: HOUR, durationMs: MINUTE } });
      await t.trigger('a');
      const run = await t.claimOne();
      t.clock.advance(HOUR + 1);
      await t.settle(run, failed('x', true), { startedAt: T0 });
      expect(await health()).toBe('overdue');
      const { expect: _gone, ...definition } = definitionPart(await t.job('a'));
      await t.done('a', { kind: 'edit', definition });
      expect(await health()).toBe('failing');
    });
  });
}
