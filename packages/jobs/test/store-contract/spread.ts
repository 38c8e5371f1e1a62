import { describe, expect, it } from 'vitest';
import { assignedTime } from '../../src/core/schedule/assigned-time.ts';
import type { Schedule } from '../../src/core/schedule/schedule.ts';
import {
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

const HOURLY = every(HOUR, { spreadMs: 30 * MINUTE });

export function spreadContract(makeStore: MakeStore): void {
  // Promise P34, spread. The ids are rows of decision 41.
  describe('spread', () => {
    const t = useStore(makeStore);

    /** How much later the slots of the job are due. */
    const offset = assignedTime({ id: 'a', schedule: HOURLY }, 0);

    it('a slot is due later by the offset, and keeps its own time', async () => {
      expect(offset).toBeGreaterThan(0);
      expect(offset).toBeLessThan(30 * MINUTE);
      const job = await t.create('a', { schedule: HOURLY });
      const due = T0 + HOUR + offset;
      expect(job).toMatchObject({ nextRunAt: due, nextSlotAt: T0 + HOUR, wakeAt: due });
      expect(await t.job('a')).toEqual(job);
      t.clock.advance(HOUR + offset - SECOND);
      expect(await t.plan()).toMatchObject({ queued: [], nextWakeAt: due });
      t.clock.advance(SECOND);
      await t.plan();
      const run = await t.claimOne();
      expect(run).toMatchObject({ scheduledFor: T0 + HOUR, availableAt: due, missed: 0 });
      await t.settle(run, SUCCEEDED);
      expect(await t.finished(run.id)).toMatchObject({ scheduledFor: T0 + HOUR, dueAt: due });
      expect(await t.job('a')).toMatchObject({ lastSlotAt: T0 + HOUR, nextSlotAt: T0 + 2 * HOUR });
    });

    it('S1: a slot at start_at is due at start_at plus the offset', async () => {
      const startAt = T0 + 10 * MINUTE;
      const job = await t.create('a', { schedule: every(HOUR, { startAt, spreadMs: 30 * MINUTE }) });
      expect(job).toMatchObject({ nextSlotAt: startAt, nextRunAt: startAt + offset });
    });

    it('S2: over a clock change, the offset is elapsed time', async () => {
      const cron: Schedule = {
        kind: 'cron',
        cron: '30 2 * * *',
        timezone: 'Europe/Berlin',
        spreadMs: 30 * MINUTE,
      };
      const summer = Date.UTC(2026, 2, 28, 12);
      t.clock.advance(summer - t.clock.now());
      const job = await t.create('a', { schedule: cron });
      const slot = Date.UTC(2026, 2, 29, 1);
      expect(job).toMatchObject({ nextSlotAt: slot, nextRunAt: slot + offset });
    });

    it('S3: a slot is missed by its assigned time', async () => {
      await t.create('a', { schedule: HOURLY });
      t.clock.advance(HOUR + offset + MINUTE);
      await t.plan();
      expect((await t.claimOne()).missed).toBe(0);
      await t.create('b', { schedule: HOURLY });
      const late = required((await t.job('b')).nextRunAt) + MINUTE + 1 - t.clock.now();
      t.clock.advance(late);
      await t.plan();
      expect((await t.claim()).runs.map(({ missed }) => missed)).toContain(1);
    });

    it('S3: after a downtime, the slots whose assigned time has passed are covered', async () => {
      await t.create('a', { schedule: HOURLY });
      t.clock.advance(5 * HOUR + offset - SECOND);
      await t.plan();
      const run = await t.claimOne();
      expect(run).toMatchObject({ scheduledFor: T0 + 4 * HOUR, missed: 4 });
      expect(await t.job('a')).toMatchObject({
        nextSlotAt: T0 + 5 * HOUR,
        nextRunAt: T0 + 5 * HOUR + offset,
      });
    });

    it('S4: a retry is not made if the next slot is due before it', async () => {
      const schedule = every(20 * SECOND, { spreadMs: 15 * SECOND });
      const { nextRunAt } = await t.create('a', { schedule });
      t.clock.advance(required(nextRunAt) - t.clock.now());
      await t.plan();
      const run = await t.claimOne();
      // The retry would be due after 10 s, and the next slot is due 20 s after this one.
      expect(await t.settle(run, failed())).toMatchObject({ kind: 'waiting' });
      t.clock.advance(10 * SECOND);
      const again = await t.claimOne();
      expect(await t.settle(again, failed())).toMatchObject({ kind: 'finished', status: 'failed' });
    });

    it('S5: another spread moves no slot, and takes none twice', async () => {
      await t.create('a', { schedule: HOURLY });
      t.clock.advance(HOUR + offset);
      await t.plan();
      await t.settle(await t.claimOne(), SUCCEEDED);
      const { job } = await t.edit('a', { schedule: every(HOUR, { spreadMs: HOUR }) });
      const longer = assignedTime(job, T0 + 2 * HOUR);
      expect(job).toMatchObject({ anchorAt: T0, nextSlotAt: T0 + 2 * HOUR, nextRunAt: longer });
      const { job: plain } = await t.edit('a', { schedule: every(HOUR) });
      expect(plain.nextRunAt).toBe(T0 + 2 * HOUR);
      expect(plain).not.toHaveProperty('nextSlotAt');
    });

    it('S8, E22: a run of a backfill has the slot, no offset, and does not count for max_runs', async () => {
      await t.create('a', { schedule: every(HOUR, { spreadMs: 30 * MINUTE, maxRuns: 1 }) });
      t.clock.advance(HOUR + offset);
      await t.plan();
      await t.settle(await t.claimOne(), SUCCEEDED);
      const { uid, version } = await t.job('a');
      const slots = [T0 + HOUR, T0 + 2 * HOUR];
      const asked = { jobId: 'a', ifUid: uid, ifVersion: version, from: T0, to: T0 + 9 * HOUR, slots };
      const audit = { actor: 'user:1', action: 'job.backfill', change: '{}' } as const;
      const backfill = () => t.store.backfill({ ...asked, onlyMissing: true, dryRun: false, audit });
      t.clock.advance(HOUR - SECOND);
      // A higher max_runs would still give this slot to the schedule, in a second.
      expect(await backfill()).toMatchObject({ plan: { toRun: [] } });
      t.clock.advance(SECOND);
      expect(await backfill()).toMatchObject({ plan: { toRun: [T0 + 2 * HOUR] } });
      await t.plan();
      const run = await t.claimOne();
      expect(run).toMatchObject({ scheduledFor: T0 + 2 * HOUR, availableAt: t.clock.now() });
      await t.settle(run, SUCCEEDED);
      await t.plan();
      expect(await t.job('a')).toMatchObject({ status: 'finished', runsMade: 1 });
      const { job } = await t.edit('a', { schedule: every(HOUR, { spreadMs: 30 * MINUTE, maxRuns: 2 }) });
      expect(job).toMatchObject({ nextSlotAt: T0 + 3 * HOUR });
    });

    it('E7, E17: a job that made its last run before a pause finishes with the resume', async () => {
      await t.create('a', { schedule: every(HOUR, { spreadMs: 30 * MINUTE, maxRuns: 1 }) });
      t.clock.advance(HOUR + offset);
      await t.plan();
      await t.done('a', { kind: 'pause', cancelLive: true });
      t.clock.advance(5 * HOUR);
      const { job } = await t.done('a', { kind: 'resume' });
      expect(job).toMatchObject({ status: 'finished', runsMade: 1 });
      expect(job).not.toHaveProperty('nextRunAt');
    });

    it('K7: a resume goes to the first slot whose assigned time is to come', async () => {
      await t.create('a', { schedule: HOURLY });
      await t.done('a', { kind: 'pause', cancelLive: false });
      expect(await t.job('a')).not.toHaveProperty('nextSlotAt');
      t.clock.advance(HOUR + offset - SECOND);
      const { job } = await t.done('a', { kind: 'resume' });
      expect(job).toMatchObject({ nextSlotAt: T0 + HOUR, nextRunAt: T0 + HOUR + offset });
    });

    it('E2: the end bounds the slot, which may be due later', async () => {
      await t.create('a', { schedule: every(HOUR, { spreadMs: 30 * MINUTE, endAt: T0 + HOUR }) });
      t.clock.advance(HOUR + offset);
      await t.plan();
      await t.settle(await t.claimOne(), SUCCEEDED);
      expect((await t.job('a')).status).toBe('finished');
    });

    it('with catch_up all, each slot runs, oldest first', async () => {
      await t.create('a', { schedule: HOURLY, overlap: 'queue', catchUp: 'all' });
      t.clock.advance(3 * HOUR + offset);
      const slots: unknown[] = [];
      for (let n = 0; n < 3; n += 1) {
        await t.plan();
        const run = await t.claimOne();
        slots.push(run.scheduledFor);
        await t.settle(run, SUCCEEDED);
      }
      expect(slots).toEqual([1, 2, 3].map((hour) => T0 + hour * HOUR));
      expect(await t.plan()).toMatchObject({ queued: [], nextWakeAt: T0 + 4 * HOUR + offset });
    });
  });
}
