import { describe, expect, it } from 'vitest';
import { scheduleOf } from '../../../test/core/schedule-of.ts';
import type { ScheduleInput } from './parse-schedule.ts';
import { sameSchedule } from './schedule.ts';

// Promise P16, edit.
describe('schedules equal in value', () => {
  it.each<[ScheduleInput, ScheduleInput]>([
    [{ interval: '60m' }, { interval: '1h' }],
    [{ interval: '1m' }, { interval: '1m', intervalMode: 'fixed_rate' }],
    [
      { interval: '1m', startAt: '2026-01-01T01:00:00+01:00' },
      { interval: '1m', startAt: '2026-01-01T00:00:00Z' },
    ],
    [{ cron: '0  3 * * mon' }, { cron: '0 3 * * MON', timezone: 'utc' }],
    [
      { rrule: 'FREQ=WEEKLY;BYDAY=TU,MO;BYHOUR=9' },
      { rrule: 'RRULE:byhour=09;byday=MO, TU;freq=weekly;interval=1;wkst=mo', timezone: 'utc' },
    ],
    [{ runAt: '2026-01-01T01:00:00+01:00' }, { runAt: '2026-01-01T00:00:00.000Z' }],
    [{ onDemand: true }, { onDemand: true }],
  ])('%j is %j', (a, b) => {
    expect(sameSchedule(scheduleOf(a), scheduleOf(b))).toBe(true);
    expect(sameSchedule(scheduleOf(b), scheduleOf(a))).toBe(true);
  });

  const different: readonly ScheduleInput[] = [
    { interval: '1h' },
    { interval: '61m' },
    { interval: '1h', intervalMode: 'fixed_delay' },
    { interval: '1h', startAt: '2026-01-01T00:00:00Z' },
    { interval: '1h', startAt: '2026-01-01T00:00:01Z' },
    { cron: '0 3 * * *' },
    { cron: '0 4 * * *' },
    { cron: '0 3 * * *', timezone: 'Europe/Berlin' },
    { cron: '0 3 * * *', startAt: '2026-01-01T00:00:00Z' },
    { rrule: 'FREQ=DAILY;BYHOUR=3' },
    { rrule: 'FREQ=DAILY;BYHOUR=4' },
    { rrule: 'FREQ=DAILY;BYHOUR=3', timezone: 'Europe/Berlin' },
    { rrule: 'FREQ=DAILY;BYHOUR=3', startAt: '2026-01-01T00:00:00Z' },
    { runAt: '2026-01-01T00:00:00Z' },
    { runAt: '2026-01-01T00:00:01Z' },
    { onDemand: true },
  ];

  it('are different if any part differs', () => {
    for (const [i, a] of different.entries()) {
      for (const [j, b] of different.entries()) {
        expect([a, b, sameSchedule(scheduleOf(a), scheduleOf(b))]).toEqual([a, b, i === j]);
      }
    }
  });
});
