import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { schedules } from '../../../test/definitions.ts';
import { UNFINISHED } from '../../ui/instant/instant-draft.ts';
import { scheduleText } from '../../ui/schedule/schedule-text.ts';
import {
  isBegun,
  kindOf,
  NEW_SCHEDULE,
  readSchedule,
  scheduleDraft,
  scheduleFieldsOf,
  scheduleOf,
  schedulePatch,
  scheduleWords,
} from './schedule-draft.ts';

describe('a schedule', () => {
  test("stays the same through the form and through a job's fields", () => {
    fc.assert(
      fc.property(schedules, (schedule) => {
        expect(readSchedule(scheduleDraft(schedule))).toEqual({ ok: true, value: schedule });
        expect(scheduleOf(scheduleWords(schedule))).toEqual(schedule);
      }),
    );
  });

  test('has a patch with fields of the new kind only, and none to itself', () => {
    fc.assert(
      fc.property(schedules, schedules, (before, after) => {
        const fields = scheduleFieldsOf(kindOf(after));
        for (const key of Object.keys(schedulePatch(before, after)))
          expect([...fields, 'on_demand']).toContain(key);
        expect(schedulePatch(before, structuredClone(before))).toEqual({});
      }),
    );
  });

  test('keeps input for the other kinds', () => {
    const draft = { ...NEW_SCHEDULE, interval: '5m', cron: '0 3 * * *' };
    expect(readSchedule({ ...draft, kind: 'cron' })).toEqual({
      ok: true,
      value: { cron: '0 3 * * *', timezone: 'UTC' },
    });
    expect(readSchedule(draft)).toEqual({ ok: true, value: { interval: '5m', interval_mode: 'fixed_rate' } });
    expect(readSchedule({ ...draft, rrule: ' FREQ=DAILY;BYHOUR=9 ', kind: 'rrule' })).toEqual({
      ok: true,
      value: { rrule: 'FREQ=DAILY;BYHOUR=9', timezone: 'UTC' },
    });
  });

  test('with an incomplete date is not sent', () => {
    expect(readSchedule({ ...NEW_SCHEDULE, kind: 'run_at' })).toMatchObject({
      faults: [{ pointer: '/run_at' }],
    });
    const startAt = { text: '2026-06', zone: 'local' } as const;
    expect(readSchedule({ ...NEW_SCHEDULE, interval: '5m', startAt })).toMatchObject({
      faults: [{ pointer: '/start_at' }],
    });
  });

  test('with a half-typed date is not read as one without a date', () => {
    const half = { text: '', zone: 'local', isUnfinished: true } as const;
    const faults = [{ pointer: '/start_at', detail: UNFINISHED }];
    expect(readSchedule({ ...NEW_SCHEDULE, interval: '5m', startAt: half })).toEqual({ ok: false, faults });
    expect(readSchedule({ ...NEW_SCHEDULE, kind: 'run_at', runAt: half })).toMatchObject({
      faults: [{ pointer: '/run_at', detail: UNFINISHED }],
    });
  });

  test('says all faults of its bounds at once', () => {
    const half = { text: '', zone: 'local', isUnfinished: true } as const;
    const draft = { ...NEW_SCHEDULE, interval: '5m', startAt: half, endAt: half, maxRuns: '0' };
    expect(readSchedule(draft)).toMatchObject({
      faults: [{ pointer: '/start_at' }, { pointer: '/end_at' }, { pointer: '/max_runs' }],
    });
  });

  test('drops the spread of a fixed delay, whose field is hidden', () => {
    const draft = { ...NEW_SCHEDULE, interval: '5m', intervalMode: 'fixed_delay', spread: '1m' } as const;
    expect(readSchedule(draft)).toEqual({
      ok: true,
      value: { interval: '5m', interval_mode: 'fixed_delay' },
    });
  });

  test('is not sent to the server while it is empty', () => {
    expect(isBegun(NEW_SCHEDULE)).toBe(false);
    expect(isBegun({ ...NEW_SCHEDULE, interval: '5' })).toBe(true);
    expect(isBegun({ ...NEW_SCHEDULE, interval: '5', kind: 'cron' })).toBe(false);
    expect(isBegun({ ...NEW_SCHEDULE, interval: '5', kind: 'rrule' })).toBe(false);
    expect(isBegun({ ...NEW_SCHEDULE, rrule: 'F', kind: 'rrule' })).toBe(true);
    expect(isBegun({ ...NEW_SCHEDULE, kind: 'on_demand' })).toBe(false);
  });

  test('has words', () => {
    expect(scheduleText(scheduleWords({ on_demand: true }), { now: 0 })).toBe('Manual only');
    expect(scheduleText(scheduleWords({ cron: '0 3 * * *', timezone: 'UTC' }), { now: 0 })).toContain(
      '03:00',
    );
  });
});
