import { describe, expect, it } from 'vitest';
import type { Schedule } from '../../src/core/schedule/schedule.ts';
import {
  DAY,
  definitionOf,
  every,
  failed,
  HOUR,
  type MakeStore,
  MINUTE,
  required,
  SECOND,
  SUCCEEDED,
  T0,
  useStore,
} from './rig.ts';

/** Slots each minute, the last one at `T0 + 3 min`. */
const THREE_SLOTS = every(MINUTE, { endAt: T0 + 3 * MINUTE });

export function endsContract(makeStore: MakeStore): void {
  // Promise P33, calendars and ends. The ids are rows of decision 41.
  describe('a schedule that ends', () => {
    const t = useStore(makeStore);

    /** The time comes, in minutes from the creation, and the slot that is due runs. */
    const runAt = async (minute: number, outcome = SUCCEEDED) => {
      t.clock.advance(T0 + minute * MINUTE - t.clock.now());
      await t.plan();
      await t.settle(await t.claimOne(), outcome);
    };
    const passedTo = async (minute: number) => {
      t.clock.advance(T0 + minute * MINUTE - t.clock.now());
      return await t.plan();
    };
    const isFinished = async () => {
      const job = await t.job('a');
      expect(job.status).toBe('finished');
      expect(job).not.toHaveProperty('nextRunAt');
      return job;
    };

    it('keeps its end, which a list and a version have, too', async () => {
      const schedule: Schedule = every(MINUTE, { startAt: T0, endAt: T0 + DAY, maxRuns: 7 });
      const job = await t.create('a', { schedule });
      expect(job).toMatchObject({ schedule });
      expect(await t.job('a')).toEqual(job);
      const cron: Schedule = { kind: 'cron', cron: '0 * * * *', timezone: 'UTC', endAt: T0 + DAY };
      expect((await t.edit('a', { schedule: cron })).job).toMatchObject({ schedule: cron });
      expect((await t.job('a')).schedule).toEqual(cron);
    });

    it('E1: has a slot at its end, and the job is finished after the run', async () => {
      await t.create('a', { schedule: THREE_SLOTS });
      await runAt(1);
      await runAt(2);
      expect(await t.job('a')).toMatchObject({ status: 'active', nextRunAt: T0 + 3 * MINUTE });
      t.clock.advance(MINUTE);
      await t.plan();
      const last = await t.claimOne();
      expect(last.scheduledFor).toBe(T0 + 3 * MINUTE);
      expect((await t.job('a')).status).toBe('active');
      await t.settle(last, SUCCEEDED);
      await isFinished();
      expect(await passedTo(60)).toMatchObject({ queued: [], skipped: [] });
    });

    it('ends a cron schedule and a fixed delay, too', async () => {
      const cron: Schedule = { kind: 'cron', cron: '* * * * *', timezone: 'UTC', endAt: T0 + 90 * SECOND };
      await t.create('a', { schedule: cron });
      await runAt(1);
      await isFinished();
      const delay = every(MINUTE, { mode: 'fixed_delay', endAt: t.clock.now() + 90 * SECOND });
      await t.create('b', { schedule: delay });
      t.clock.advance(MINUTE);
      await t.plan();
      await t.settle(await t.claimOne(), SUCCEEDED);
      expect((await t.job('b')).status).toBe('finished');
    });

    it('E4: after a downtime, one run makes up for the slots up to the end', async () => {
      await t.create('a', { schedule: THREE_SLOTS });
      expect(await passedTo(30)).toMatchObject({ queued: [{ scheduledFor: T0 + 3 * MINUTE }] });
      const run = await t.claimOne();
      expect(await t.run(run.id)).toMatchObject({ missed: 3, missedFrom: T0 + MINUTE });
      await t.settle(run, SUCCEEDED);
      await isFinished();
    });

    it('E5: a run that waits for room still runs', async () => {
      await t.create('a', { schedule: every(MINUTE, { endAt: T0 + 2 * MINUTE }), overlap: 'queue' });
      await passedTo(1);
      const first = await t.claimOne();
      await passedTo(2);
      await t.settle(first, SUCCEEDED);
      expect((await t.job('a')).status).toBe('active');
      await t.settle(await t.claimOne(), SUCCEEDED);
      await isFinished();
    });

    it('E5: without bounds of overlap, the last of several runs finishes the job', async () => {
      await t.create('a', { schedule: every(MINUTE, { endAt: T0 + 2 * MINUTE }), overlap: 'allow' });
      await passedTo(1);
      const first = await t.claimOne();
      await passedTo(2);
      const second = await t.claimOne();
      await t.settle(second, SUCCEEDED);
      expect((await t.job('a')).status).toBe('active');
      await t.settle(first, SUCCEEDED);
      await isFinished();
    });

    it('E6: the last run gets its retries', async () => {
      await t.create('a', { schedule: every(5 * SECOND, { endAt: T0 + 5 * SECOND }) });
      t.clock.advance(5 * SECOND);
      await t.plan();
      expect(await t.settle(await t.claimOne(), failed())).toMatchObject({ kind: 'waiting' });
      t.clock.advance(MINUTE);
      await t.settle(await t.claimOne(), SUCCEEDED);
      await isFinished();
    });

    it('E7: a job that is paused at its end stays paused, and the resume finishes it', async () => {
      await t.create('a', { schedule: THREE_SLOTS });
      await t.done('a', { kind: 'pause', cancelLive: false });
      await passedTo(10);
      expect((await t.job('a')).status).toBe('paused');
      await t.done('a', { kind: 'resume' });
      await isFinished();
      expect(await t.runs()).toEqual([]);
    });

    it('E8: a run by hand of a finished job runs, and the job is active until its end', async () => {
      await t.create('a', { schedule: every(MINUTE, { endAt: T0 + MINUTE }), overlap: 'allow' });
      await runAt(1);
      await isFinished();
      await t.trigger('a');
      expect((await t.job('a')).status).toBe('active');
      await t.settle(await t.claimOne(), SUCCEEDED);
      await isFinished();
    });

    it('E9: a later end makes a finished job active again, on its grid', async () => {
      await t.create('a', { schedule: THREE_SLOTS });
      for (const minute of [1, 2, 3]) await runAt(minute);
      await isFinished();
      t.clock.advance(90 * SECOND);
      const { job } = await t.edit('a', { schedule: every(MINUTE, { endAt: T0 + HOUR }) });
      expect(job).toMatchObject({ status: 'active', nextRunAt: T0 + 5 * MINUTE });
    });

    it('E10: an end in the past stops no run; the job finishes after it', async () => {
      await t.create('a', { schedule: THREE_SLOTS });
      await passedTo(1);
      const run = await t.claimOne();
      const { job } = await t.edit('a', { schedule: every(MINUTE, { endAt: T0 }) });
      expect(job).toMatchObject({ status: 'active' });
      expect(job).not.toHaveProperty('nextRunAt');
      await t.settle(run, SUCCEEDED);
      await isFinished();
    });

    it('E10: a new interval makes no slot after the end', async () => {
      await t.create('a', { schedule: every(MINUTE, { endAt: T0 + 3 * MINUTE }) });
      await t.edit('a', { schedule: every(HOUR, { endAt: T0 + 3 * MINUTE }) });
      expect(await t.job('a')).not.toHaveProperty('nextRunAt');
      await isFinished();
    });

    it('E11: no job is made whose end is before its first slot', async () => {
      const definition = definitionOf('a', { schedule: every(MINUTE, { endAt: T0 + 30 * SECOND }) });
      expect(await t.store.insertJob({ definition })).toMatchObject({
        kind: 'refused',
        refusal: { code: 'no_slot_left', pointer: '/endAt' },
      });
    });

    it('E12: past slots of a finished job can be backfilled', async () => {
      await t.create('a', { schedule: THREE_SLOTS });
      await passedTo(3);
      await t.settle(await t.claimOne(), SUCCEEDED);
      const { uid, version } = await isFinished();
      const slots = [T0 + MINUTE, T0 + 2 * MINUTE];
      const backfill = { jobId: 'a', ifUid: uid, ifVersion: version, from: T0, to: T0 + HOUR, slots };
      const audit = { actor: 'user:1', action: 'job.backfill', change: '{}' } as const;
      await t.store.backfill({ ...backfill, onlyMissing: true, dryRun: false, audit });
      expect((await t.job('a')).status).toBe('active');
      for (const slot of slots) {
        await t.plan();
        const run = await t.claimOne();
        expect(run.scheduledFor).toBe(slot);
        await t.settle(run, SUCCEEDED);
      }
      await t.plan();
      await isFinished();
    });

    it('E13, E22: skipped slots and runs by hand do not count for max_runs', async () => {
      await t.create('a', { schedule: every(MINUTE, { maxRuns: 2 }) });
      await t.trigger('a');
      const byHand = await t.claimOne();
      expect(await passedTo(1)).toMatchObject({ skipped: [{ reason: 'overlap' }] });
      await t.settle(byHand, SUCCEEDED);
      expect((await t.job('a')).runsMade).toBeUndefined();
      await runAt(2);
      expect(await t.job('a')).toMatchObject({ status: 'active', runsMade: 1 });
      await runAt(3);
      expect(await isFinished()).toMatchObject({ runsMade: 2 });
    });

    it('E14: a catch-up run counts as one', async () => {
      await t.create('a', { schedule: every(MINUTE, { maxRuns: 2 }) });
      await passedTo(10);
      await t.settle(await t.claimOne(), SUCCEEDED);
      expect(await t.job('a')).toMatchObject({ runsMade: 1, nextRunAt: T0 + 11 * MINUTE });
    });

    it('E15: with catch_up all, the oldest slots run until the number is reached', async () => {
      const schedule = every(MINUTE, { maxRuns: 3 });
      await t.create('a', { schedule, overlap: 'queue', catchUp: 'all' });
      t.clock.advance(10 * MINUTE);
      const slots: unknown[] = [];
      for (let n = 0; n < 3; n += 1) {
        await t.plan();
        const run = await t.claimOne();
        slots.push(run.scheduledFor);
        await t.settle(run, SUCCEEDED);
      }
      expect(slots).toEqual([1, 2, 3].map((minute) => T0 + minute * MINUTE));
      await isFinished();
      expect(await t.runs()).toHaveLength(3);
    });

    it('E16: a failed run counts once, whatever its retries', async () => {
      await t.create('a', { schedule: every(HOUR, { maxRuns: 1 }) });
      await runAt(60, failed());
      t.clock.advance(MINUTE);
      await t.settle(await t.claimOne(), failed('no luck', true));
      expect(await isFinished()).toMatchObject({ runsMade: 1, failedInRow: 1 });
    });

    it('E17: a higher max_runs goes on with the count, a lower one finishes the job', async () => {
      await t.create('a', { schedule: every(MINUTE, { maxRuns: 1 }) });
      await runAt(1);
      await isFinished();
      const { job } = await t.edit('a', { schedule: every(MINUTE, { maxRuns: 3 }) });
      expect(job).toMatchObject({ status: 'active', runsMade: 1, nextRunAt: T0 + 2 * MINUTE });
      await runAt(2);
      await t.edit('a', { schedule: every(MINUTE, { maxRuns: 2 }) });
      await isFinished();
      await t.edit('a', { schedule: every(MINUTE) });
      const unbound = await t.job('a');
      expect(unbound).toMatchObject({ status: 'active', nextRunAt: T0 + 3 * MINUTE });
      expect(unbound).not.toHaveProperty('runsMade');
    });

    it('E18: the one that comes first ends the job', async () => {
      await t.create('a', { schedule: every(MINUTE, { maxRuns: 5, endAt: T0 + MINUTE }) });
      await runAt(1);
      await isFinished();
    });

    it('E19: a finished job is removed 30 days after its last run', async () => {
      await t.create('a', { schedule: every(MINUTE, { maxRuns: 1 }) });
      await runAt(1);
      const retention = {
        finishedPerJob: 1_000,
        skippedPerJob: 200,
        maxAgeMs: 30 * DAY,
        countsMaxAgeMs: 90 * DAY,
      };
      t.clock.advance(30 * DAY - SECOND);
      await t.store.prune(retention);
      await isFinished();
      t.clock.advance(2 * SECOND);
      await t.store.prune(retention);
      expect(await t.store.getJob('a', { noop: 1 })).toBeUndefined();
    });

    it('E20: a new end moves no slot, and leaves those that wait', async () => {
      await t.create('a', { schedule: every(HOUR), overlap: 'queue', catchUp: 'all' });
      t.clock.advance(3 * HOUR + 10 * MINUTE);
      await t.plan();
      const first = await t.claimOne();
      const { job } = await t.edit('a', { schedule: every(HOUR, { endAt: T0 + 10 * HOUR }) });
      expect(job).toMatchObject({ anchorAt: T0, nextRunAt: required((await t.job('a')).nextRunAt) });
      const slots: unknown[] = [first.scheduledFor];
      await t.settle(first, SUCCEEDED);
      for (let n = 0; n < 2; n += 1) {
        await t.plan();
        const run = await t.claimOne();
        slots.push(run.scheduledFor);
        await t.settle(run, SUCCEEDED);
      }
      expect(slots).toEqual([1, 2, 3].map((hour) => T0 + hour * HOUR));
      expect((await t.job('a')).nextRunAt).toBe(T0 + 4 * HOUR);
    });

    it('E21: max_runs counts from the edit that sets it', async () => {
      await t.create('a', { schedule: every(MINUTE) });
      for (const minute of [1, 2, 3]) await runAt(minute);
      await t.edit('a', { schedule: every(MINUTE, { maxRuns: 1 }) });
      expect((await t.job('a')).nextRunAt).toBe(T0 + 4 * MINUTE);
      await runAt(4);
      await isFinished();
    });
  });
}
