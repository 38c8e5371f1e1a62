import { describe, expect, it } from 'vitest';
import type { Schedule } from '../../src/core/schedule/schedule.ts';
import { DAY, failed, HOUR, type MakeStore, SECOND, SUCCEEDED, TYPES, useStore } from './rig.ts';

const ZONE = { timezone: 'Europe/Berlin' } as const;
/** A Monday, 09:00 in Berlin. */
const MONDAY = Date.UTC(2026, 5, 1, 7);
const BIWEEKLY = {
  kind: 'rrule',
  rrule: 'FREQ=WEEKLY;INTERVAL=2',
  ...ZONE,
  startAt: MONDAY,
} as const satisfies Schedule;

export function recurrenceContract(makeStore: MakeStore): void {
  // Promise P2, schedule. The ids are rows of decision 41.
  describe('a recurrence rule', () => {
    const t = useStore(makeStore);

    const passTo = async (instant: number) => {
      t.clock.advance(instant - t.clock.now());
      return await t.plan();
    };

    it('is kept as it is written, and read in lists and in a forecast', async () => {
      await passTo(MONDAY - DAY);
      const schedule: Schedule = { ...BIWEEKLY, endAt: MONDAY + 365 * DAY, maxRuns: 7, spreadMs: HOUR };
      const job = await t.create('a', { schedule });
      expect(job).toMatchObject({ schedule, nextSlotAt: MONDAY });
      expect(await t.job('a')).toEqual(job);
      const page = await t.store.listJobs({ sort: 'id', descending: false, limit: 10, handlers: TYPES });
      expect(page.rows.map(({ job }) => job.schedule)).toEqual([schedule]);
    });

    it('Q4: a start that does not match the rule is no slot', async () => {
      await passTo(MONDAY - DAY);
      const rrule = 'FREQ=WEEKLY;BYDAY=WE;BYHOUR=9';
      const job = await t.create('a', { schedule: { ...BIWEEKLY, rrule } });
      expect(job.nextRunAt).toBe(MONDAY + 2 * DAY);
    });

    it('Q16: its slots run, and a downtime is made up for as for cron', async () => {
      await passTo(MONDAY - DAY);
      await t.create('a', { schedule: BIWEEKLY });
      await passTo(MONDAY);
      const run = await t.claimOne();
      expect(run).toMatchObject({ scheduledFor: MONDAY, missed: 0 });
      await t.settle(run, SUCCEEDED);
      expect((await t.job('a')).nextRunAt).toBe(MONDAY + 14 * DAY);
      await passTo(MONDAY + 60 * DAY);
      // The days 14, 28, 42 and 56.
      expect(await t.claimOne()).toMatchObject({ scheduledFor: MONDAY + 56 * DAY, missed: 4, catchUp: true });
      expect((await t.job('a')).nextRunAt).toBe(MONDAY + 70 * DAY);
    });

    it('Q16: with catch_up all, each missed slot runs, oldest first', async () => {
      await passTo(MONDAY - DAY);
      await t.create('a', { schedule: BIWEEKLY, overlap: 'queue', catchUp: 'all' });
      t.clock.advance(40 * DAY);
      const slots: unknown[] = [];
      for (let n = 0; n < 3; n += 1) {
        await t.plan();
        const run = await t.claimOne();
        slots.push(run.scheduledFor);
        await t.settle(run, SUCCEEDED);
      }
      expect(slots).toEqual([0, 14, 28].map((day) => MONDAY + day * DAY));
    });

    it('Q16: max_runs and the end finish the job', async () => {
      await passTo(MONDAY - DAY);
      await t.create('a', { schedule: { ...BIWEEKLY, maxRuns: 1 } });
      await t.create('b', { schedule: { ...BIWEEKLY, endAt: MONDAY } });
      await passTo(MONDAY);
      for (const run of (await t.claim()).runs) await t.settle(run, SUCCEEDED);
      await t.plan();
      expect((await t.job('a')).status).toBe('finished');
      expect((await t.job('b')).status).toBe('finished');
    });

    it('Q16: a retry as late as the next slot is not made', async () => {
      await passTo(MONDAY - DAY);
      const rrule = 'FREQ=DAILY;BYHOUR=9;BYSECOND=0,5';
      await t.create('a', { schedule: { kind: 'rrule', rrule, ...ZONE } });
      await passTo(MONDAY);
      expect(await t.settle(await t.claimOne(), failed())).toMatchObject({
        kind: 'finished',
        status: 'failed',
      });
    });

    it('Q16, V10: a job whose runs are replaced is overrunning', async () => {
      await passTo(MONDAY - DAY);
      await t.create('a', { schedule: BIWEEKLY, overlap: 'cancel_previous' });
      await passTo(MONDAY);
      const first = await t.claimOne();
      await passTo(MONDAY + 14 * DAY);
      await t.settle(first, { kind: 'cancelled' });
      expect((await t.view('a')).health.status).toBe('overrunning');
      const asked = { sort: 'id', descending: false, limit: 5, handlers: TYPES } as const;
      expect((await t.store.listJobs({ ...asked, health: 'overrunning' })).rows).toHaveLength(1);
    });

    it('Q16: a backfill runs past slots', async () => {
      await passTo(MONDAY + DAY);
      await t.create('a', { schedule: BIWEEKLY });
      const { uid, version } = await t.job('a');
      const asked = { jobId: 'a', ifUid: uid, ifVersion: version, from: MONDAY, to: MONDAY + DAY };
      const audit = { actor: 'user:1', action: 'job.backfill', change: '{}' } as const;
      const made = { ...asked, slots: [MONDAY], onlyMissing: true, dryRun: false, audit };
      expect(await t.store.backfill(made)).toMatchObject({ plan: { toRun: [MONDAY] } });
      await t.plan();
      expect(await t.claimOne()).toMatchObject({ scheduledFor: MONDAY });
    });

    it('Q12, Q13: another notation moves no slot; another start or time zone does', async () => {
      await passTo(MONDAY - DAY);
      await t.create('a', { schedule: BIWEEKLY });
      const other: Schedule = { ...BIWEEKLY, rrule: 'rrule:interval=2; freq=weekly; wkst=mo' };
      const { job } = await t.edit('a', { schedule: other });
      expect(job).toMatchObject({ nextRunAt: MONDAY, version: 1 });
      const moved: Schedule = { ...BIWEEKLY, startAt: MONDAY + 7 * DAY };
      expect((await t.edit('a', { schedule: moved })).job).toMatchObject({ nextRunAt: MONDAY + 7 * DAY });
      const rrule = `${BIWEEKLY.rrule};BYDAY=MO;BYHOUR=9`;
      const tokyo: Schedule = { ...BIWEEKLY, rrule, timezone: 'Asia/Tokyo' };
      // 1 June, 09:00 in Tokyo has passed at the start: the next one is two weeks later.
      expect((await t.edit('a', { schedule: tokyo })).job.nextRunAt).toBe(MONDAY + 14 * DAY - 7 * HOUR);
    });

    it('Q14: a rule replaces cron, and cron a rule', async () => {
      await passTo(MONDAY - HOUR);
      await t.create('a', { schedule: { kind: 'cron', cron: '30 9 * * *', ...ZONE } });
      expect((await t.edit('a', { schedule: BIWEEKLY })).job).toMatchObject({
        schedule: BIWEEKLY,
        nextRunAt: MONDAY,
      });
      const cron: Schedule = { kind: 'cron', cron: '30 9 * * *', ...ZONE };
      const { job } = await t.edit('a', { schedule: cron });
      expect(job).toMatchObject({ schedule: cron, nextRunAt: MONDAY + 30 * 60 * SECOND });
      expect(await t.job('a')).toEqual(job);
    });
  });
}
