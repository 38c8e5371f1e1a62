import { describe, expect, it, test } from 'vitest';
import type { CalendarWindow } from './calendar.ts';
import { createCalendarWindows } from './calendar-windows.ts';
import { calendarFaults, calendarRules } from './check-calendar.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const ALL_WEEK: CalendarWindow = { weekdays: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] };
const at = (time: string) => Date.parse(time);
const endIn = (windows: readonly CalendarWindow[], time: string, timezone = 'UTC') => {
  const end = createCalendarWindows({ timezone, windows }).endOf(at(time));
  return end === undefined ? undefined : new Date(end).toISOString();
};

describe('windows', () => {
  it('contain their start, but not their end', () => {
    const windows = [{ startAt: '2026-01-01T00:00:00Z', endAt: '2026-01-02T00:00:00Z' }];
    expect(endIn(windows, '2025-12-31T23:59:59.999Z')).toBeUndefined();
    expect(endIn(windows, '2026-01-01T00:00:00Z')).toBe('2026-01-02T00:00:00.000Z');
    expect(endIn(windows, '2026-01-02T00:00:00Z')).toBeUndefined();
  });

  it('that touch or overlap are one window, whatever their kinds', () => {
    const windows: readonly CalendarWindow[] = [
      { weekdays: ['fri'], from: '22:00' },
      { weekdays: ['sat', 'sun'] },
      { startAt: '2026-01-05T00:00', endAt: '2026-01-05T06:00' },
    ];
    expect(endIn(windows, '2026-01-02T22:00:00Z')).toBe('2026-01-05T06:00:00.000Z');
    expect(endIn(windows, '2026-01-09T23:00:00Z')).toBe('2026-01-12T00:00:00.000Z');
  });

  it('of a week last until the next day if they end at or before their start', () => {
    const windows: readonly CalendarWindow[] = [{ weekdays: ['mon'], from: '22:00', to: '06:00' }];
    expect(endIn(windows, '2026-01-06T05:59:00Z')).toBe('2026-01-06T06:00:00.000Z');
    expect(endIn(windows, '2026-01-05T05:59:00Z')).toBeUndefined();
  });

  it('of a year contain both dates, and may go on into the next year', () => {
    const windows: readonly CalendarWindow[] = [{ fromDate: '12-24', toDate: '01-01' }];
    expect(endIn(windows, '2026-12-24T00:00:00+01:00', 'Europe/Berlin')).toBe('2027-01-01T23:00:00.000Z');
    expect(endIn(windows, '2027-01-01T22:59:00Z', 'Europe/Berlin')).toBe('2027-01-01T23:00:00.000Z');
  });

  it('on 02-29 exist in leap years alone', () => {
    const windows: readonly CalendarWindow[] = [{ fromDate: '02-29' }];
    expect(endIn(windows, '2028-02-29T12:00:00Z')).toBe('2028-03-01T00:00:00.000Z');
    expect(endIn(windows, '2027-02-28T12:00:00Z')).toBeUndefined();
    expect(endIn(windows, '2027-03-01T12:00:00Z')).toBeUndefined();
  });

  it('K17: a skipped local time is the first instant after the gap', () => {
    const windows: readonly CalendarWindow[] = [{ weekdays: ['sun'], from: '02:30', to: '04:00' }];
    const berlin = createCalendarWindows({ timezone: 'Europe/Berlin', windows });
    expect(berlin.nextStart(at('2026-03-28T12:00:00Z'))).toBe(at('2026-03-29T01:00:00Z'));
    const ending: readonly CalendarWindow[] = [{ weekdays: ['sun'], from: '01:00', to: '02:30' }];
    expect(endIn(ending, '2026-03-29T00:30:00Z', 'Europe/Berlin')).toBe('2026-03-29T01:00:00.000Z');
  });

  it('K17: a repeated start is the first one, and a repeated end the last', () => {
    const windows: readonly CalendarWindow[] = [{ weekdays: ['sun'], from: '02:30', to: '02:45' }];
    const berlin = createCalendarWindows({ timezone: 'Europe/Berlin', windows });
    expect(berlin.nextStart(at('2026-10-24T12:00:00Z'))).toBe(at('2026-10-25T00:30:00Z'));
    expect(berlin.endOf(at('2026-10-25T00:30:00Z'))).toBe(at('2026-10-25T01:45:00Z'));
  });

  it('K17: a day that ends at a repeated midnight ends at the last one', () => {
    // In Havana, the clock goes back from 01:00 to 00:00.
    const saturdays: readonly CalendarWindow[] = [{ weekdays: ['sat'] }];
    expect(endIn(saturdays, '2026-10-31T12:00:00Z', 'America/Havana')).toBe('2026-11-01T05:00:00.000Z');
    const sundays = createCalendarWindows({ timezone: 'America/Havana', windows: [{ weekdays: ['sun'] }] });
    expect(sundays.nextStart(at('2026-10-31T12:00:00Z'))).toBe(at('2026-11-01T04:00:00Z'));
  });
});

describe('a calendar', () => {
  const faultsOf = (windows: readonly CalendarWindow[], timezone = 'UTC') =>
    calendarFaults({ timezone, windows }, NOW).map(({ pointer }) => pointer);

  test('K13: windows that leave no time free are refused', () => {
    expect(faultsOf([ALL_WEEK])).toEqual(['/windows']);
    expect(faultsOf([{ fromDate: '01-01', toDate: '12-31' }])).toEqual(['/windows']);
    expect(faultsOf([{ weekdays: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'] }])).toEqual([]);
  });

  test('K13: a single window of more than 5 years is refused, wherever it begins', () => {
    expect(faultsOf([{ startAt: '2040-01-01T00:00', endAt: '2046-01-01T00:00' }])).toEqual(['/windows']);
    expect(faultsOf([{ startAt: '2040-01-01T00:00', endAt: '2044-01-01T00:00' }])).toEqual([]);
  });

  test('a single window ends after its start', () => {
    expect(faultsOf([{ startAt: '2030-01-01T00:00', endAt: '2030-01-01T00:00' }])).toEqual([
      '/windows/0/endAt',
    ]);
    // 00:30 in Berlin is before 00:00 of UTC.
    const mixed = { startAt: '2030-01-01T00:00:00Z', endAt: '2030-01-01T00:30' };
    expect(faultsOf([mixed], 'Europe/Berlin')).toEqual(['/windows/0/endAt']);
  });

  test.each([
    ['no window', { windows: [] }, ''],
    ['a window of no kind', { windows: [{}] }, '/0'],
    ['a day that does not exist', { windows: [{ weekdays: ['someday'] }] }, '/0/weekdays/0'],
    ['no day', { windows: [{ weekdays: [] }] }, '/0/weekdays'],
    ['fields of two kinds', { windows: [{ weekdays: ['mon'], fromDate: '12-24' }] }, '/0/fromDate'],
    ['a time that does not exist', { windows: [{ weekdays: ['mon'], from: '24:00' }] }, '/0/from'],
    ['a date that does not exist', { windows: [{ fromDate: '02-30' }] }, '/0/fromDate'],
    ['a window without an end', { windows: [{ startAt: '2030-01-01T00:00' }] }, '/0/endAt'],
    [
      'a local time that does not exist',
      { windows: [{ startAt: '2030-02-30T00:00', endAt: '2030-03-01T00:00' }] },
      '/0/startAt',
    ],
  ])('with %s is refused', (_name, calendar, pointer) => {
    expect(calendarRules.faults(calendar).map((fault) => fault.pointer)).toContain(`/windows${pointer}`);
  });

  test.each([
    [
      { windows: [] },
      '/windows must be a list of at least 1 window and at most 100, such as [{ weekdays: ["sat", "sun"] }]; got an empty array',
    ],
    [
      { windows: [{ fromDate: '02-30' }] },
      '/windows/0/fromDate must be a month and a day such as "12-24"; got "02-30". No year has this day',
    ],
    [
      { windows: [{ weekdays: ['mon'], toDate: '12-24' }] },
      '/windows/0/toDate does not go with weekdays: a window is of one kind: weekdays (with from and to), fromDate (with toDate), or startAt with endAt',
    ],
    [
      { windows: [{ from: '22:00' }] },
      '/windows/0/weekdays is required: a list of weekdays, such as ["sat", "sun"]',
    ],
  ])('says what to do about %o', (calendar, text) => {
    expect(calendarRules.faults(calendar).map(({ pointer, detail }) => `${pointer} ${detail}`)).toEqual([
      text,
    ]);
  });
});
