import { describe, expect, it } from 'vitest';
import { type Rrule, rruleClock, rruleFault } from './rrule.ts';

const at = (text: string) => Date.parse(text);

function faultOf(rrule: string, more: Partial<Rrule> = {}): string | undefined {
  return rruleFault({ rrule, timezone: 'Europe/Berlin', ...more });
}

interface Asked extends Partial<Rrule> {
  readonly after?: string;
  readonly count?: number;
}

/** The first slots of a valid rule after an instant, as the local times of its zone. */
function slotsOf(
  rrule: string,
  { after = '2026-06-01T00:00:00Z', count = 3, ...more }: Asked = {},
): string[] {
  const rule = { rrule, timezone: 'Europe/Berlin', ...more };
  expect(rruleFault(rule)).toBeUndefined();
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: rule.timezone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const slots: string[] = [];
  let slot = rruleClock(rule).next(at(after));
  for (; slot !== undefined && slots.length < count; slot = rruleClock(rule).next(slot))
    slots.push(format.format(slot));
  return slots;
}

// The ids are rows of decision 41.
describe('a recurrence rule', () => {
  it.each<[string, Asked, string[]]>([
    ['FREQ=DAILY;BYHOUR=9', {}, ['2026-06-01 09:00:00', '2026-06-02 09:00:00', '2026-06-03 09:00:00']],
    [
      'FREQ=DAILY;BYHOUR=17,9;BYMINUTE=30',
      {},
      ['2026-06-01 09:30:00', '2026-06-01 17:30:00', '2026-06-02 09:30:00'],
    ],
    [
      'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;BYHOUR=18',
      {},
      ['2026-06-30 18:00:00', '2026-07-31 18:00:00', '2026-08-31 18:00:00'],
    ],
    [
      'FREQ=MONTHLY;BYDAY=MO,FR;BYMONTHDAY=28,29,30,31;BYSETPOS=-2;BYHOUR=9',
      {},
      ['2026-08-28 09:00:00', '2027-05-28 09:00:00', '2028-01-28 09:00:00'],
    ],
    [
      'FREQ=MONTHLY;BYDAY=2FR,-1FR;BYHOUR=9',
      {},
      ['2026-06-12 09:00:00', '2026-06-26 09:00:00', '2026-07-10 09:00:00'],
    ],
    [
      'FREQ=MONTHLY;BYDAY=1MO,FR;BYHOUR=9',
      {},
      ['2026-06-01 09:00:00', '2026-06-05 09:00:00', '2026-06-12 09:00:00'],
    ],
    [
      'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;BYHOUR=0',
      {},
      ['2026-11-13 00:00:00', '2027-08-13 00:00:00', '2028-10-13 00:00:00'],
    ],
    [
      'FREQ=YEARLY;BYDAY=20MO;BYHOUR=9',
      {},
      ['2027-05-17 09:00:00', '2028-05-15 09:00:00', '2029-05-14 09:00:00'],
    ],
    [
      'FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;BYHOUR=12',
      {},
      ['2026-11-26 12:00:00', '2027-11-25 12:00:00', '2028-11-23 12:00:00'],
    ],
    [
      'FREQ=YEARLY;BYYEARDAY=1,-1;BYHOUR=12',
      {},
      ['2026-12-31 12:00:00', '2027-01-01 12:00:00', '2027-12-31 12:00:00'],
    ],
  ])('%s has the slots of RFC 5545', (rrule, asked, slots) => {
    expect(slotsOf(rrule, asked)).toEqual(slots);
  });

  it.each([
    ['FREQ=DAILY;COUNT=3;BYHOUR=9', 'must not contain COUNT: give the number of runs as maxRuns'],
    ['FREQ=DAILY;UNTIL=20270101T000000Z;BYHOUR=9', 'must not contain UNTIL: give the end as endAt'],
    [
      'DTSTART;TZID=Europe/Berlin:20260601T090000\nRRULE:FREQ=DAILY',
      'must not contain DTSTART: give the start as startAt, and its time zone as timezone',
    ],
    ['FREQ=DAILY;TZID=UTC', 'must not contain TZID: give the time zone as timezone'],
    [
      'RRULE:FREQ=DAILY;BYHOUR=9\nEXDATE:20260601T090000Z',
      'must not contain EXDATE: put the dates without a run into a calendar, and name it, such as calendar: { "id": "holidays", "mode": "skip" }',
    ],
    [
      'RRULE:FREQ=DAILY;BYHOUR=9\nRDATE:20260601T090000Z',
      'must not contain RDATE: make another job for further dates, such as one with runAt',
    ],
  ])('Q1: %j is refused with the field to use', (rrule, detail) => {
    expect(faultOf(rrule)).toBe(detail);
  });

  it('Q2: an interval above 1 needs a start, from whose day, week, month or year it counts', () => {
    const biweekly = 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9';
    expect(faultOf(biweekly)).toBe('INTERVAL=2 needs startAt, from which the intervals count');
    // A Wednesday: the Monday of its week is before it.
    const startAt = at('2026-06-03T00:00:00Z');
    const after = '2026-06-02T23:59:59Z';
    expect(slotsOf(biweekly, { startAt, after, count: 2 })).toEqual([
      '2026-06-15 09:00:00',
      '2026-06-29 09:00:00',
    ]);
    const sundays = 'FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;BYHOUR=9';
    expect(slotsOf(sundays, { startAt, after, count: 1 })).toEqual(['2026-06-07 09:00:00']);
    expect(slotsOf(`${sundays};WKST=SU`, { startAt, after, count: 1 })).toEqual(['2026-06-14 09:00:00']);
    const quarterly = 'FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=-1;BYHOUR=9';
    expect(slotsOf(quarterly, { startAt, after, count: 2 })).toEqual([
      '2026-06-30 09:00:00',
      '2026-09-30 09:00:00',
    ]);
    const everyThirdDay = 'FREQ=DAILY;INTERVAL=3;BYHOUR=9';
    expect(slotsOf(everyThirdDay, { startAt, after, count: 2 })).toEqual([
      '2026-06-03 09:00:00',
      '2026-06-06 09:00:00',
    ]);
    const evenYears = 'FREQ=YEARLY;INTERVAL=2;BYMONTH=1;BYMONTHDAY=1;BYHOUR=9';
    expect(slotsOf(evenYears, { startAt, after, count: 1 })).toEqual(['2028-01-01 09:00:00']);
  });

  it('Q3: what the rule leaves out comes from the start, by the local clock', () => {
    // 1 June 2026 in Berlin is a Monday, and this is 00:30:15 there.
    const more = { startAt: at('2026-05-31T22:30:15Z'), after: '2026-05-31T22:30:14Z', count: 2 };
    expect(slotsOf('FREQ=DAILY', more)).toEqual(['2026-06-01 00:30:15', '2026-06-02 00:30:15']);
    expect(slotsOf('FREQ=DAILY;BYHOUR=7', more)).toEqual(['2026-06-01 07:30:15', '2026-06-02 07:30:15']);
    expect(slotsOf('FREQ=WEEKLY', more)).toEqual(['2026-06-01 00:30:15', '2026-06-08 00:30:15']);
    expect(slotsOf('FREQ=MONTHLY', more)).toEqual(['2026-06-01 00:30:15', '2026-07-01 00:30:15']);
    expect(slotsOf('FREQ=YEARLY', more)).toEqual(['2026-06-01 00:30:15', '2027-06-01 00:30:15']);
    expect(slotsOf('FREQ=YEARLY;BYMONTH=3', more)).toEqual(['2027-03-01 00:30:15', '2028-03-01 00:30:15']);
  });

  it.each([
    ['FREQ=DAILY', 'needs BYHOUR, such as BYHOUR=9, or startAt, whose time of day then counts'],
    ['FREQ=DAILY;BYMINUTE=30', 'needs BYHOUR, such as BYHOUR=9, or startAt, whose time of day then counts'],
    [
      'FREQ=WEEKLY;BYHOUR=9',
      'FREQ=WEEKLY needs its days, such as BYDAY=MO, or startAt, whose day then counts',
    ],
    [
      'FREQ=MONTHLY;BYHOUR=9',
      'FREQ=MONTHLY needs its days, such as BYMONTHDAY=1, or startAt, whose day then counts',
    ],
    [
      'FREQ=YEARLY;BYMONTH=1;BYHOUR=9',
      'FREQ=YEARLY needs its days, such as BYMONTHDAY=1, or startAt, whose day then counts',
    ],
  ])('Q3: without a start, %s is refused', (rrule, detail) => {
    expect(faultOf(rrule)).toBe(detail);
  });

  it.each([
    // Skipped: 02:30 is run at 03:00. Repeated: 02:30 runs the first time.
    ['2026-03-28T12:00:00Z', ['2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z']],
    ['2026-10-24T12:00:00Z', ['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z']],
  ])('Q5: a skipped or repeated time runs once (%s)', (after, slots) => {
    const clock = rruleClock({ rrule: 'FREQ=DAILY;BYHOUR=2;BYMINUTE=30', timezone: 'Europe/Berlin' });
    const first = clock.next(at(after)) ?? 0;
    expect([first, clock.next(first) ?? 0].map((slot) => new Date(slot).toISOString())).toEqual(slots);
    expect(clock.previous((clock.next(first) ?? 0) - 1)).toBe(first);
    expect(clock.count(at(after), first, 10)).toBe(1);
  });

  const START = { startAt: at('2026-06-01T00:00:00Z') };
  const NEVER =
    'never has a slot, because no day fits all its parts. For example, 30 February does not exist. Change or remove a part';
  const RARE =
    'must have a slot at least every 8 years; the slots of this rule are further apart. Instead, make a job with runAt for each date';
  it.each<[string, Partial<Rrule>, string | undefined]>([
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=9', {}, NEVER],
    ['FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=9', {}, NEVER],
    ['FREQ=YEARLY;INTERVAL=9', START, RARE],
    ['FREQ=WEEKLY;INTERVAL=419', START, RARE],
    ['FREQ=DAILY;INTERVAL=7;BYDAY=TU', START, NEVER],
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;BYHOUR=9', {}, RARE],
    ['FREQ=YEARLY;INTERVAL=8', START, undefined],
    ['FREQ=YEARLY;INTERVAL=8', { startAt: at('1950-06-01T09:00:00Z') }, undefined],
    ['FREQ=YEARLY;INTERVAL=9', { startAt: at('1950-06-01T09:00:00Z') }, RARE],
    ['FREQ=DAILY', { startAt: at('0000-01-01T00:00:00Z') }, undefined],
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=9', {}, undefined],
    ['FREQ=DAILY;INTERVAL=7;BYDAY=MO', START, undefined],
  ])('Q6: a rule has a slot at least every 8 years: %s', (rrule, more, detail) => {
    expect(faultOf(rrule, more)).toBe(detail);
  });

  it('Q7: a day that a month does not have is left out', () => {
    const asked = { after: '2026-01-01T00:00:00Z' };
    expect(slotsOf('FREQ=MONTHLY;BYMONTHDAY=31;BYHOUR=9', asked)).toEqual([
      '2026-01-31 09:00:00',
      '2026-03-31 09:00:00',
      '2026-05-31 09:00:00',
    ]);
    expect(slotsOf('FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=9', { ...asked, count: 2 })).toEqual([
      '2026-01-31 09:00:00',
      '2026-02-28 09:00:00',
    ]);
  });

  it.each(['HOURLY', 'MINUTELY', 'SECONDLY'])('Q8: %s is refused', (freq) => {
    expect(faultOf(`FREQ=${freq};INTERVAL=2`)).toBe(
      `FREQ=${freq} is not possible: use interval, such as 2h, or cron, such as */15 9-17 * * *`,
    );
  });

  it('Q9: positions choose among days, so they need one time of day', () => {
    const last = 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1';
    expect(faultOf(`${last};BYHOUR=9,17`)).toMatch(
      /^BYSETPOS needs one time of day, such as BYHOUR=9: it would/,
    );
    expect(faultOf(`${last};BYHOUR=9;BYMINUTE=0,30`)).toMatch(/^BYSETPOS needs one time of day/);
    expect(faultOf(`${last};BYHOUR=9`)).toBeUndefined();
  });

  it('Q10: at most 1,440 times a day', () => {
    const all = (most: number) => Array.from({ length: most }, (_, n) => n).join(',');
    const minutes = `FREQ=DAILY;BYHOUR=${all(24)};BYMINUTE=${all(60)}`;
    expect(faultOf(minutes)).toBeUndefined();
    expect(faultOf(`${minutes};BYSECOND=0,30`)).toBe(
      'must have at most 1440 times a day; got 2880. For more, use interval or cron',
    );
  });

  it.each<[string, RegExp]>([
    [
      'FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;BYHOUR=9',
      /^must have no part but FREQ, INTERVAL, BYDAY, .*; got BYWEEKNO$/,
    ],
    ['FREQ=MONTHLY;SKIP=FORWARD', /got SKIP$/],
    [
      '',
      /^needs FREQ, which is one of YEARLY, MONTHLY, WEEKLY, DAILY, such as FREQ=WEEKLY;BYDAY=MO;BYHOUR=9$/,
    ],
    ['BYDAY=MO;BYHOUR=9', /^needs FREQ, which is one of/],
    [
      'freq=fortnightly',
      /^FREQ must be one of YEARLY, MONTHLY, WEEKLY, DAILY, such as .*; got "fortnightly"$/,
    ],
    [
      'every monday',
      /^must have parts such as FREQ=WEEKLY;BYDAY=MO;BYHOUR=9, separated .*; got "every monday"$/,
    ],
    ['FREQ=DAILY; by hour = 9am', /^BYHOUR must have numbers from 0 to 23, such as BYHOUR=0; got "9am"$/],
    ['FREQ=DAILY;ByWeekNo=20', /^must have no part but .*; got ByWeekNo$/],
    [
      'FREQ=MONTHLY;BYMONTHDAY=LW',
      /got "LW"\. For the last weekday of the month, write FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1$/,
    ],
    ['FREQ=MONTHLY;BYDAY=LW', /got "LW"\. For the last weekday of the month, write FREQ=MONTHLY/],
    ['FREQ=MONTHLY;BYMONTHDAY=L', /got "L"\. For the last day of the month, write BYMONTHDAY=-1$/],
    ['FREQ=DAILY;FREQ=DAILY', /^must have each part once; got FREQ twice$/],
    ['FREQ=DAILY;INTERVAL=0', /^INTERVAL must be from 1 to 1000, such as INTERVAL=2; got "0"$/],
    ['FREQ=DAILY;INTERVAL=1001', /^INTERVAL must be/],
    ['FREQ=WEEKLY;WKST=XX', /^WKST must be one of MO, TU, WE, TH, FR, SA, SU; got "XX"$/],
    [
      'FREQ=WEEKLY;BYDAY=MON',
      /^BYDAY must have weekdays such as MO, 2FR \(the second\) or -1FR \(the last\); got "MON"$/,
    ],
    ['FREQ=MONTHLY;BYDAY=0MO', /^BYDAY must have weekdays/],
    ['FREQ=MONTHLY;BYDAY=-MO', /^BYDAY must have weekdays/],
    [
      'FREQ=WEEKLY;BYDAY=1MO',
      /^BYDAY must have weekdays without numbers with FREQ=WEEKLY, such as BYDAY=MO$/,
    ],
    ['FREQ=MONTHLY;BYDAY=6MO', /^BYDAY must have numbers from 1 to 5, or -1 to -5, within a month/],
    ['FREQ=YEARLY;BYMONTH=1;BYDAY=6MO', /^BYDAY must have numbers from 1 to 5/],
    ['FREQ=YEARLY;BYDAY=54MO', /^BYDAY must have weekdays/],
    ['FREQ=WEEKLY;BYMONTHDAY=1', /^BYMONTHDAY must not go with FREQ=WEEKLY: use FREQ=MONTHLY$/],
    ['FREQ=MONTHLY;BYYEARDAY=1', /^BYYEARDAY only goes with FREQ=YEARLY$/],
    [
      'FREQ=MONTHLY;BYMONTHDAY=32',
      /^BYMONTHDAY must have numbers from 1 to 31 or -1 to -31, such as BYMONTHDAY=1; got "32"$/,
    ],
    ['FREQ=MONTHLY;BYMONTHDAY=1,,2', /^BYMONTHDAY must have numbers .*; got ""$/],
    ['FREQ=YEARLY;BYMONTH=-1', /^BYMONTH must have numbers from 1 to 12, such as BYMONTH=1; got "-1"$/],
    ['FREQ=DAILY;BYHOUR=24', /^BYHOUR must have numbers from 0 to 23, such as BYHOUR=0; got "24"$/],
    ['FREQ=DAILY;BYSECOND=60', /^BYSECOND must have numbers from 0 to 59/],
    ['FREQ=DAILY;BYHOUR=9;BYSETPOS=1', /^BYSETPOS must not go with FREQ=DAILY/],
    [
      'FREQ=MONTHLY;BYHOUR=9;BYSETPOS=1',
      /^BYSETPOS needs the days among which it chooses, such as BYDAY=MO,TU,WE,TH,FR$/,
    ],
  ])('Q11: %j is refused with what is possible', (rrule, detail) => {
    expect(faultOf(rrule, START)).toMatch(detail);
  });

  it('has no slots from the year 3000 on, and none before 1970', () => {
    const clock = rruleClock({ rrule: 'FREQ=DAILY;BYHOUR=9', timezone: 'UTC' });
    expect(clock.next(at('2999-12-30T09:00:00Z'))).toBe(at('2999-12-31T09:00:00Z'));
    expect(clock.next(at('2999-12-31T09:00:00Z'))).toBeUndefined();
    expect(clock.previous(at('1970-01-01T09:00:01Z'))).toBe(at('1970-01-01T09:00:00Z'));
    expect(clock.previous(at('1970-01-01T09:00:00Z'))).toBeUndefined();
  });
});
