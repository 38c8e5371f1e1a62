import { describe, expect, it } from 'vitest';
import {
  DAY,
  definitionOf,
  every,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  SECOND,
  T0,
  TYPES,
  useStore,
} from './rig.ts';

export function jobsContract(makeStore: MakeStore): void {
  // Promises P1, identity; P2, schedule; P4, stored next run. Lessons 3, an id used again; 5, long intervals.
  describe('jobs', () => {
    const t = useStore(makeStore);

    it('a new job has its next run from the start', async () => {
      const job = await t.create('a', { schedule: every(DAY) });
      expect(job).toMatchObject({ nextRunAt: T0 + DAY, wakeAt: T0 + DAY, status: 'active', version: 1 });
      await t.reopen();
      t.clock.advance(DAY);
      expect((await t.plan()).queued).toHaveLength(1);
    });

    it('keeps every field of a definition as it was given', async () => {
      const schedules = [
        every(90_000, { interval: '1m30s', mode: 'fixed_delay', startAt: T0 + MINUTE }),
        { kind: 'cron', cron: '0 9 * * 1-5', timezone: 'Europe/Berlin', startAt: T0 + MINUTE },
        { kind: 'cron', cron: '*/5 * * * *', timezone: 'UTC' },
        { kind: 'run_at', runAt: T0 + DAY },
        ON_DEMAND,
      ] as const;
      for (const [index, schedule] of schedules.entries()) {
        const definition = definitionOf(`job-${index}`, {
          name: 'Größe "1"',
          description: "it's\nlong",
          schedule,
          payload: '{"emoji":"🌱"}',
          overlap: 'queue',
          catchUp: 'all',
          timeoutMs: 1,
          maxAttempts: 7,
          backoff: { initialMs: 1, maxMs: 2, factor: 1.5, jitter: 0.25 },
        });
        const made = await t.store.insertJob({ definition, by: 'ada' });
        const view = await t.view(definition.id);
        expect(view.job).toMatchObject(definition);
        expect(view.job).toMatchObject({ createdBy: 'ada', createdAt: T0, updatedAt: T0 });
        expect(made).toEqual({ kind: 'created', job: view.job });
      }
    });

    it('an id in use is `exists`, and the job stays as it is', async () => {
      const first = await t.create('a');
      expect(await t.store.insertJob({ definition: definitionOf('a', { name: 'Other' }) })).toEqual({
        kind: 'exists',
      });
      expect(await t.job('a')).toEqual(first);
    });

    it('ids differ by case', async () => {
      await t.create('a');
      await t.create('A');
      expect((await t.job('A')).id).toBe('A');
    });

    it('a deleted id is free, with a new uid and nothing of the old job', async () => {
      const first = await t.create('a', { overlap: 'queue' });
      const run = await t.trigger('a');
      const claimed = await t.claimOne();
      await t.done('a', { kind: 'delete' });
      const second = await t.create('a', { overlap: 'skip' });
      expect(second.uid).not.toBe(first.uid);
      expect(await t.runs({ jobUid: second.uid })).toEqual([]);
      // The old job's run continues, and takes no room of the new job.
      const mine = await t.trigger('a');
      expect(mine.held).toBe('no');
      await t.settle(claimed, { kind: 'cancelled' });
      expect(await t.run(run.id)).toMatchObject({
        status: 'cancelled',
        reason: 'deleted',
        jobUid: first.uid,
      });
      expect((await t.job('a')).lastStatus).toBeUndefined();
      expect(await t.runs({ jobId: 'a' })).toHaveLength(2);
    });

    it('a run_at more than 60 s past is refused, and nothing is written', async () => {
      const past = definitionOf('a', { schedule: { kind: 'run_at', runAt: T0 - MINUTE - 1 } });
      const outcome = await t.store.insertJob({
        definition: past,
        audit: { actor: 'ada', action: 'job.create', change: '{}' },
      });
      expect(outcome).toMatchObject({
        kind: 'refused',
        refusal: { code: 'run_at_past', pointer: '/runAt' },
      });
      expect(await t.store.getJob('a', TYPES)).toBeUndefined();
      expect(await t.store.listAudit({ limit: 10 })).toEqual([]);
      await t.create('a', { schedule: { kind: 'run_at', runAt: T0 - MINUTE } });
    });

    it('an absent job is undefined', async () => {
      expect(await t.store.getJob('nobody', TYPES)).toBeUndefined();
    });

    it('uids rise even when the clock jumps back', async () => {
      const first = await t.create('a');
      t.clock.set(T0 - DAY);
      const second = await t.create('b');
      await t.reopen();
      t.clock.set(T0 - 2 * DAY);
      const third = await t.create('c');
      expect(Number(second.uid)).toBeGreaterThan(Number(first.uid));
      expect(Number(third.uid)).toBeGreaterThan(Number(second.uid));
    });

    it('the time of the store is the time of its clock', async () => {
      t.clock.advance(5 * SECOND);
      expect(t.store.now()).toBe(T0 + 5 * SECOND);
    });
  });
}
