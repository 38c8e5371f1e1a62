import { describe, expect, it } from 'vitest';
import type { CalendarWindow } from '../../src/core/calendars/calendar.ts';
import type { JobDefinition } from '../../src/core/model/job.ts';
import { assignedTime } from '../../src/core/schedule/assigned-time.ts';
import {
  DAY,
  definitionOf,
  every,
  HOUR,
  type MakeStore,
  MINUTE,
  SECOND,
  SUCCEEDED,
  T0,
  TYPES,
  useStore,
} from './rig.ts';

const at = (ms: number) => new Date(ms).toISOString();
const between = (from: number, to: number): CalendarWindow => ({ startAt: at(from), endAt: at(to) });
/** From 14:30 to 17:30: the slots of 15:00, 16:00 and 17:00 are inside. */
const AFTERNOON = between(T0 + 2.5 * HOUR, T0 + 5.5 * HOUR);
const SKIP = { id: 'c', mode: 'skip' } as const;
const MOVE = { id: 'c', mode: 'move' } as const;

// Promise P33, calendars and ends. The ids are rows of decision 41.
export function jobCalendarsContract(makeStore: MakeStore): void {
  describe('calendars of jobs', () => {
    const t = useStore(makeStore);
    const put = (...windows: readonly CalendarWindow[]) =>
      t.store.changeCalendar({
        id: 'c',
        command: { kind: 'put', calendar: { name: 'C', timezone: 'UTC', windows } },
      });
    /** An hourly job, if the schedule is not another. */
    const create = (more: Partial<JobDefinition>) => t.create('a', { schedule: every(HOUR), ...more });
    const planAt = async (ms: number) => {
      t.clock.advance(ms - t.clock.now());
      return t.plan();
    };
    const runOnce = async (ms: number) => {
      await planAt(ms);
      await t.settle(await t.claimOne(), SUCCEEDED);
    };
    const rows = async () =>
      (await t.runs())
        .map(({ status, scheduledFor = 0, missed, missedFrom, catchUp, ...run }) => ({
          status,
          reason: 'reason' in run ? run.reason : undefined,
          hour: (scheduledFor - T0) / HOUR,
          missed,
          from: missedFrom === undefined ? undefined : (missedFrom - T0) / HOUR,
          catchUp,
        }))
        .reverse();
    const blackout = (hour: number, missed = 0, from?: number) => ({
      status: 'skipped',
      reason: 'blackout',
      hour,
      missed,
      from,
      catchUp: false,
    });

    it('K1: a slot is skipped if its assigned time is inside a window', async () => {
      const schedule = every(HOUR, { spreadMs: 30 * MINUTE });
      const offset = assignedTime({ id: 'a', schedule }, 0);
      // The slot itself is before the window.
      await put(between(T0 + HOUR + offset, T0 + 2 * HOUR));
      const job = await create({ schedule, calendar: SKIP });
      expect(job).toMatchObject({ nextSlotAt: T0 + HOUR, nextRunAt: T0 + 2 * HOUR + offset });
      expect(job.wakeAt).toBe(T0 + HOUR + offset);
      await planAt(T0 + HOUR + offset);
      expect(await rows()).toEqual([blackout(1)]);
    });

    it('K2: a slot moves to the end of its window, then by the offset, and then out of the next window', async () => {
      const schedule = every(HOUR, { spreadMs: 30 * MINUTE });
      const offset = assignedTime({ id: 'a', schedule }, 0);
      const end = T0 + 90 * MINUTE;
      await put(between(T0 + HOUR, end), between(end + offset, end + offset + MINUTE));
      const job = await create({ schedule, calendar: MOVE });
      const due = end + offset + MINUTE;
      expect(job).toMatchObject({ nextSlotAt: T0 + HOUR, nextRunAt: due, wakeAt: due });
      await planAt(due - SECOND);
      expect(await rows()).toEqual([]);
      await planAt(due);
      expect(await t.claimOne()).toMatchObject({ scheduledFor: T0 + HOUR, availableAt: due, missed: 0 });
    });

    it('K3: one row covers the slots inside a window, when the last of them is due', async () => {
      await put(AFTERNOON);
      await create({ calendar: SKIP });
      await runOnce(T0 + HOUR);
      await runOnce(T0 + 2 * HOUR);
      expect(await t.job('a')).toMatchObject({ nextSlotAt: T0 + 3 * HOUR, nextRunAt: T0 + 6 * HOUR });
      expect(await planAt(T0 + 5 * HOUR - SECOND)).toMatchObject({ skipped: [], nextWakeAt: T0 + 5 * HOUR });
      expect((await planAt(T0 + 5 * HOUR)).skipped).toMatchObject([{ jobId: 'a', reason: 'blackout' }]);
      expect((await rows()).slice(2)).toEqual([blackout(5, 3, 3)]);
      expect(await t.job('a')).toMatchObject({ lastSlotAt: T0 + 5 * HOUR, nextRunAt: T0 + 6 * HOUR });
      expect(await t.job('a')).not.toHaveProperty('nextSlotAt');
    });

    it.each([
      ['a pause', { kind: 'pause', cancelLive: false } as const],
      [
        'an edit',
        {
          kind: 'edit',
          definition: definitionOf('a', { schedule: every(2 * HOUR), calendar: SKIP }),
        } as const,
      ],
    ])('K3: %s inside a window writes the row of the slots so far', async (_name, command) => {
      await put(AFTERNOON);
      await create({ calendar: SKIP, schedule: every(HOUR, { startAt: T0 + 3 * HOUR }) });
      await planAt(T0 + 4.25 * HOUR);
      await t.done('a', command);
      expect(await rows()).toEqual([blackout(4, 2, 3)]);
    });

    it('K3: the row is written before the job ends', async () => {
      await put(AFTERNOON);
      await create({ calendar: SKIP, schedule: every(HOUR, { endAt: T0 + 4 * HOUR }) });
      await runOnce(T0 + HOUR);
      await runOnce(T0 + 2 * HOUR);
      expect((await t.job('a')).status).toBe('active');
      await planAt(T0 + 4 * HOUR);
      expect((await rows()).slice(2)).toEqual([blackout(4, 2, 3)]);
      expect((await t.job('a')).status).toBe('finished');
    });

    it('K4: after a downtime, leading slots inside a window get a row, and one run covers the others', async () => {
      await put(between(T0 + 0.5 * HOUR, T0 + 2.5 * HOUR), between(T0 + 4.5 * HOUR, T0 + 7.5 * HOUR));
      await create({ calendar: SKIP });
      await planAt(T0 + 6.25 * HOUR);
      expect(await rows()).toEqual([
        blackout(2, 2, 1),
        { status: 'queued', reason: undefined, hour: 4, missed: 2, from: 3, catchUp: true },
      ]);
      expect(await t.job('a')).toMatchObject({ nextSlotAt: T0 + 5 * HOUR, nextRunAt: T0 + 8 * HOUR });
      await planAt(T0 + 7 * HOUR);
      expect((await rows())[2]).toEqual(blackout(7, 3, 5));
    });

    it('K5: one run for the latest slot of a window covers the others, on time, and causes no alert', async () => {
      const channel = { kind: 'slack', config: '{"url":"https://example.com"}', allJobs: true } as const;
      await t.store.changeAlertChannel({ id: 'ops', command: { kind: 'create', channel } });
      await put(AFTERNOON);
      for (const catchUp of ['once', 'skip'] as const)
        await t.create(catchUp, {
          schedule: every(HOUR, { startAt: T0 + 3 * HOUR }),
          calendar: MOVE,
          catchUp,
        });
      await planAt(T0 + 5.5 * HOUR);
      const run = { status: 'queued', reason: undefined, hour: 5, missed: 3, from: 3, catchUp: false };
      expect(await rows()).toEqual([run, run]);
      expect((await t.store.listAlertDeliveries({ limit: 9 })).rows).toEqual([]);
      expect(await t.job('once')).toMatchObject({ lastSlotAt: T0 + 5 * HOUR, nextRunAt: T0 + 6 * HOUR });
    });

    it('K5: with catch_up all, each moved slot has its run', async () => {
      await put(AFTERNOON);
      const schedule = every(HOUR, { startAt: T0 + 3 * HOUR });
      await create({ schedule, calendar: MOVE, catchUp: 'all', overlap: 'queue' });
      for (let n = 0; n < 3; n += 1) {
        await planAt(T0 + 5.5 * HOUR);
        await t.settle(await t.claimOne(), SUCCEEDED);
      }
      expect((await rows()).map(({ hour, missed }) => [hour, missed])).toEqual([
        [3, 0],
        [4, 0],
        [5, 0],
      ]);
    });

    it('K6: a moved slot is late from its assigned time on, up to the next different one', async () => {
      const schedule = every(10 * SECOND, { startAt: T0 + HOUR });
      await put(between(T0 + HOUR, T0 + 2 * HOUR));
      await create({ schedule, calendar: MOVE });
      // The next slot is due at 14:00:10: half of the gap has not passed.
      await planAt(T0 + 2 * HOUR + 5 * SECOND);
      expect(await t.claimOne()).toMatchObject({ availableAt: T0 + 2 * HOUR, catchUp: false });
    });

    it('K6: a moved slot that is late is a missed one', async () => {
      await put(between(T0 + 0.5 * HOUR, T0 + 1.5 * HOUR));
      await create({ calendar: MOVE });
      await planAt(T0 + 1.5 * HOUR + MINUTE + 1);
      expect(await t.claimOne()).toMatchObject({ scheduledFor: T0 + HOUR, missed: 1, catchUp: true });
    });

    it.each([
      ['skip', SKIP, { nextSlotAt: T0 + 5 * HOUR, nextRunAt: T0 + 6 * HOUR }],
      ['move', MOVE, { nextSlotAt: T0 + HOUR, nextRunAt: T0 + 5.5 * HOUR }],
    ])(
      'K7: a resume inside a window goes to the first slot whose time is to come: %s',
      async (_name, calendar, next) => {
        await put(AFTERNOON);
        const schedule = every(HOUR, calendar === MOVE ? { startAt: T0 + 3 * HOUR } : {});
        await create({ schedule, calendar });
        await t.done('a', { kind: 'pause', cancelLive: false });
        t.clock.advance(4.25 * HOUR);
        const { job } = await t.done('a', { kind: 'resume' });
        // Moved slots of the window are due at its end, which is to come.
        expect(job).toMatchObject(calendar === MOVE ? { ...next, nextSlotAt: T0 + 3 * HOUR } : next);
      },
    );

    it('K8: a run_at inside a window is skipped, and the job finishes', async () => {
      await put(AFTERNOON);
      const job = await create({ schedule: { kind: 'run_at', runAt: T0 + 3 * HOUR }, calendar: SKIP });
      expect(job).toMatchObject({ status: 'active', wakeAt: T0 + 3 * HOUR });
      expect(job).not.toHaveProperty('nextRunAt');
      await planAt(T0 + 3 * HOUR);
      expect(await rows()).toEqual([blackout(3)]);
      expect((await t.job('a')).status).toBe('finished');
    });

    it('K8: a run_at inside a window moves to its end', async () => {
      await put(AFTERNOON);
      await create({ schedule: { kind: 'run_at', runAt: T0 + 3 * HOUR }, calendar: MOVE });
      await planAt(T0 + 5.5 * HOUR);
      const run = await t.claimOne();
      expect(run).toMatchObject({ scheduledFor: T0 + 3 * HOUR, availableAt: T0 + 5.5 * HOUR });
      await t.settle(run, SUCCEEDED);
      expect((await t.job('a')).status).toBe('finished');
    });

    it('K9: after a run that ends inside a window, the next run of a fixed delay is due at its end', async () => {
      await put(AFTERNOON);
      await create({ schedule: every(HOUR, { mode: 'fixed_delay' }), calendar: MOVE });
      await planAt(T0 + HOUR);
      const run = await t.claimOne();
      await planAt(T0 + 3 * HOUR);
      await t.settle(run, SUCCEEDED);
      expect(await t.job('a')).toMatchObject({ nextSlotAt: T0 + 4 * HOUR, nextRunAt: T0 + 5.5 * HOUR });
      await planAt(T0 + 5.5 * HOUR);
      await t.claimOne();
      expect(await t.job('a')).not.toHaveProperty('nextSlotAt');
    });

    it('K10: a run by hand and a run that waited start inside a window', async () => {
      await put(AFTERNOON);
      await create({ calendar: SKIP, overlap: 'queue' });
      await planAt(T0 + HOUR);
      const first = await t.claimOne();
      await planAt(T0 + 2 * HOUR);
      t.clock.advance(2 * HOUR);
      await t.settle(first, SUCCEEDED);
      const waited = await t.claimOne();
      expect(waited.scheduledFor).toBe(T0 + 2 * HOUR);
      await t.settle(waited, SUCCEEDED);
      await t.trigger('a');
      await t.claimOne();
    });

    it('K11: each slot obeys the calendar as it is when the slot is taken', async () => {
      await put(between(T0 + 20 * HOUR, T0 + 21 * HOUR));
      await create({ calendar: SKIP });
      t.clock.advance(HOUR - SECOND);
      await put(between(T0 + 0.5 * HOUR, T0 + 1.5 * HOUR));
      // Even if no plan has placed the next run again.
      await planAt(T0 + HOUR);
      expect(await rows()).toEqual([blackout(1)]);
    });

    it('K11: after an edit of the calendar, the next plan places the next runs again', async () => {
      await put(AFTERNOON);
      await create({ calendar: MOVE, schedule: every(HOUR, { startAt: T0 + 3 * HOUR }) });
      await t.create('b', { calendar: SKIP, schedule: every(HOUR, { startAt: T0 + 3 * HOUR }) });
      await t.create('plain', { schedule: every(HOUR) });
      await put(between(T0 + 2.5 * HOUR, T0 + 3.5 * HOUR));
      expect((await t.job('plain')).wakeAt).toBe(T0 + HOUR);
      await t.plan();
      expect(await t.job('a')).toMatchObject({ nextSlotAt: T0 + 3 * HOUR, nextRunAt: T0 + 3.5 * HOUR });
      expect(await t.job('b')).toMatchObject({ nextRunAt: T0 + 4 * HOUR, wakeAt: T0 + 3 * HOUR });
    });

    it('K12: a calendar in use stays, and the refusal has the ids of its jobs', async () => {
      await put(AFTERNOON);
      await t.create('b', { calendar: MOVE });
      await t.create('a', { calendar: SKIP });
      const remove = () => t.store.changeCalendar({ id: 'c', command: { kind: 'delete' } });
      expect(await remove()).toEqual({ kind: 'in_use', jobIds: ['a', 'b'] });
      await t.edit('a', { calendar: MOVE });
      await t.done('b', { kind: 'delete' });
      expect(await remove()).toEqual({ kind: 'in_use', jobIds: ['a'] });
      const { calendar: _, ...plain } = definitionOf('a');
      await t.done('a', { kind: 'edit', definition: plain });
      expect(await remove()).toMatchObject({ kind: 'done' });
    });

    it('a job with an unknown calendar is refused, new or edited', async () => {
      const definition = definitionOf('a', { calendar: SKIP });
      const refusal = { code: 'no_calendar', pointer: '/calendar/id' };
      expect(await t.store.insertJob({ definition })).toMatchObject({ kind: 'refused', refusal });
      await t.create('a');
      const edit = { kind: 'edit', definition } as const;
      expect(await t.command('a', edit)).toMatchObject({ kind: 'refused', refusal });
    });

    it('K14: the time inside a window counts for success_within', async () => {
      await put(AFTERNOON);
      await create({ calendar: SKIP, expect: { successWithinMs: 2 * HOUR } });
      await runOnce(T0 + 2 * HOUR);
      await planAt(T0 + 4 * HOUR);
      expect((await t.view('a')).health).toEqual({ status: 'ok' });
      t.clock.advance(1);
      // No slot is missing: the next run is due after the window.
      expect(await t.job('a')).toMatchObject({ nextRunAt: T0 + 6 * HOUR });
      expect((await t.view('a')).health).toMatchObject({ status: 'overdue', since: T0 + 4 * HOUR });
      expect((await t.store.countHealth({ handlers: TYPES })).counts).toMatchObject({ overdue: 1, ok: 0 });
    });

    it('K15: the health late counts from the assigned time', async () => {
      await put(AFTERNOON);
      await create({ calendar: MOVE, schedule: every(HOUR, { startAt: T0 + 3 * HOUR }) });
      t.clock.advance(5.5 * HOUR + MINUTE);
      expect((await t.view('a')).health).toEqual({ status: 'ok' });
      t.clock.advance(1);
      const since = T0 + 5.5 * HOUR;
      expect((await t.view('a')).health).toEqual({ status: 'late', reason: 'slot', since });
    });

    it('K18: a job without a slot outside the windows is refused, new or edited', async () => {
      await put({ weekdays: ['sat', 'sun'] });
      const schedule = { kind: 'cron', cron: '0 3 * * 6', timezone: 'UTC' } as const;
      const definition = definitionOf('a', { schedule, calendar: SKIP });
      const refusal = { code: 'no_slot_left', pointer: '/calendar' };
      expect(await t.store.insertJob({ definition })).toMatchObject({ kind: 'refused', refusal });
      await create({ calendar: SKIP });
      expect(await t.command('a', { kind: 'edit', definition })).toMatchObject({ kind: 'refused', refusal });
      expect(await t.job('a')).toMatchObject({ version: 1, nextRunAt: T0 + HOUR });
    });

    it('K18: after an edit of the calendar that leaves no slot, the job has no next run and is late', async () => {
      const schedule = { kind: 'cron', cron: '0 3 * * 6', timezone: 'UTC' } as const;
      await put(AFTERNOON);
      await create({ schedule, calendar: SKIP });
      await put({ weekdays: ['sat', 'sun'] });
      await t.plan();
      expect(await t.job('a')).not.toHaveProperty('nextRunAt');
      expect((await t.view('a')).health).toEqual({ status: 'late', reason: 'calendar' });
      expect((await t.store.countHealth({ handlers: TYPES })).counts).toMatchObject({ late: 1, ok: 0 });
      const query = { sort: 'id', descending: false, limit: 9, handlers: TYPES, health: 'late' } as const;
      expect((await t.store.listJobs(query)).rows).toHaveLength(1);
      // Its slots still get their rows, and another edit lets it run again.
      await planAt(T0 + 6 * DAY);
      expect((await rows()).map(({ reason }) => reason)).toEqual(['blackout']);
      await put(AFTERNOON);
      await t.plan();
      expect((await t.view('a')).health).toEqual({ status: 'ok' });
    });

    it('E20: an edit of the calendar moves no slot, and catch_up handles one whose new time has passed', async () => {
      await put(AFTERNOON);
      const schedule = every(HOUR, { startAt: T0 + 3 * HOUR });
      await create({ schedule, calendar: MOVE });
      t.clock.advance(4.25 * HOUR);
      const { calendar: _, ...plain } = definitionOf('a', { schedule });
      const { job, queued } = await t.done('a', { kind: 'edit', definition: plain });
      expect(queued).toMatchObject([{ scheduledFor: T0 + 4 * HOUR, missed: 2, missedFrom: T0 + 3 * HOUR }]);
      expect(job).toMatchObject({ nextRunAt: T0 + 5 * HOUR });
      expect(job).not.toHaveProperty('calendar');
    });

    it('E3: a moved slot runs after end_at', async () => {
      await put(AFTERNOON);
      await create({
        schedule: every(HOUR, { startAt: T0 + 3 * HOUR, endAt: T0 + 3 * HOUR }),
        calendar: MOVE,
      });
      await runOnce(T0 + 5.5 * HOUR);
      expect((await t.job('a')).status).toBe('finished');
    });

    it('E13: slots that a window skips do not count for max_runs', async () => {
      await put(AFTERNOON);
      await create({ schedule: every(HOUR, { startAt: T0 + 3 * HOUR, maxRuns: 1 }), calendar: SKIP });
      await planAt(T0 + 5 * HOUR);
      expect(await t.job('a')).toMatchObject({ status: 'active', nextRunAt: T0 + 6 * HOUR });
      await runOnce(T0 + 6 * HOUR);
      expect(await t.job('a')).toMatchObject({ status: 'finished', runsMade: 1 });
    });

    it('is kept with the job, over a restart', async () => {
      await put(AFTERNOON);
      const made = await create({ calendar: SKIP });
      expect(made).not.toHaveProperty('windows');
      await t.reopen();
      expect(await t.job('a')).toEqual(made);
      await planAt(T0 + HOUR);
      await t.claimOne();
    });
  });
}
