import fc from 'fast-check';
import rrulePackage from 'rrule';
import { describe, expect, it } from 'vitest';
import { rruleClock, rruleFault, rruleWall, sameRrule, shortestRruleGap } from './rrule.ts';

const DAY = 86_400_000;
const NAMES = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const FROM = Date.UTC(2026, 0, 1);

const listOf = (values: fc.Arbitrary<number | string>, most: number) =>
  fc.uniqueArray(values, { minLength: 1, maxLength: most }).map((list) => list.join(','));
const within = (most: number) => fc.integer({ min: 1, max: most });
const signed = (most: number) => fc.tuple(within(most), fc.boolean()).map(([n, isBack]) => (isBack ? -n : n));
const weekday = fc.constantFrom(...NAMES);
const nthWeekday = (most: number) => fc.tuple(signed(most), weekday).map(([nth, name]) => `${nth}${name}`);

const part = (name: string, values: fc.Arbitrary<string | number>) =>
  values.map((value) => `${name}=${value}`);
const maybe = (text: fc.Arbitrary<string>) => fc.option(text, { nil: '' });

const months = maybe(part('BYMONTH', listOf(within(12), 4)));
const weekdays = part('BYDAY', listOf(weekday, 4));
const monthDays = part('BYMONTHDAY', listOf(signed(31), 6));
/** The library takes -2 for the first day where a period has one day only, and -1 and 4 for two slots. */
const positions = part('BYSETPOS', fc.oneof(listOf(within(4), 2), fc.constant(-1)));

/** The parts of a rule that choose its days. */
const dayParts = fc.oneof(
  fc.tuple(fc.constant('FREQ=DAILY'), months, maybe(weekdays), maybe(monthDays)),
  fc.tuple(fc.constant('FREQ=WEEKLY'), months, maybe(weekdays)),
  fc.tuple(fc.constant('FREQ=WEEKLY'), weekdays, positions),
  fc.tuple(
    fc.constant('FREQ=MONTHLY'),
    months,
    maybe(fc.oneof(weekdays, part('BYDAY', listOf(nthWeekday(5), 3)))),
    maybe(monthDays),
  ),
  fc.tuple(fc.constant('FREQ=MONTHLY'), fc.oneof(weekdays, monthDays), positions),
  fc.tuple(fc.constant('FREQ=YEARLY'), months, maybe(weekdays), maybe(monthDays)),
  fc.tuple(
    fc.constant('FREQ=YEARLY'),
    part('BYMONTH', listOf(within(12), 4)),
    part('BYDAY', listOf(nthWeekday(5), 3)),
  ),
  fc.tuple(fc.constant('FREQ=YEARLY'), part('BYDAY', listOf(nthWeekday(53), 3))),
  fc.tuple(fc.constant('FREQ=YEARLY'), part('BYYEARDAY', listOf(signed(366), 4)), maybe(weekdays)),
  fc.tuple(fc.constant('FREQ=YEARLY'), fc.oneof(weekdays, monthDays), months, positions),
);
/** The library does not sort the times of a day. */
const inOrder = (max: number, most: number) =>
  fc
    .uniqueArray(fc.nat(max), { minLength: 1, maxLength: most })
    .map((list) => list.sort((a, b) => a - b).join(','));
const oneTime = fc.tuple(
  maybe(part('BYHOUR', fc.integer({ min: 0, max: 23 }))),
  maybe(part('BYMINUTE', fc.integer({ min: 0, max: 59 }))),
);
const severalTimes = fc.tuple(
  maybe(part('BYHOUR', inOrder(23, 3))),
  maybe(part('BYMINUTE', inOrder(59, 3))),
  maybe(part('BYSECOND', inOrder(59, 2))),
);

const rules = dayParts.chain((days) =>
  fc
    .record({
      interval: maybe(part('INTERVAL', within(5))),
      weekStart: maybe(part('WKST', weekday)),
      times: days.some((text) => text.startsWith('BYSETPOS')) ? oneTime : severalTimes,
    })
    .map(({ interval, weekStart, times }) =>
      [...days, interval, weekStart, ...times].filter((text) => text !== '').join(';'),
    ),
);
/** Without a 29 February: steps of years over it can be a day shorter than all others. */
const YEAR_2100 = Date.UTC(2100, 0, 1);
/** Of the year 2026, in whole seconds. */
const starts = fc.integer({ min: 0, max: 365 * 86_400 }).map((seconds) => FROM + seconds * 1_000);

describe('a rule agrees with the library rrule', () => {
  it('slot by slot, from its start', () => {
    fc.assert(
      fc.property(rules, starts, (rrule, startAt) => {
        const wkst = /WKST=(\w\w)/.exec(rrule)?.[1] ?? 'MO';
        // The library chooses positions of the first week from its start alone.
        const weekday = (Math.floor(startAt / DAY) + 3 - NAMES.indexOf(wkst)) % 7;
        const anchor =
          rrule.includes('BYSETPOS') && rrule.includes('WEEKLY') ? startAt - weekday * DAY : startAt;
        const rule = { rrule, timezone: 'UTC', startAt: anchor };
        fc.pre(rruleFault(rule) === undefined);
        const slots: number[] = [];
        const clock = rruleWall(rule);
        let slot = clock.next(anchor - 1);
        for (; slot !== undefined && slots.length < 12; slot = clock.next(slot)) slots.push(slot);
        const options = rrulePackage.RRule.parseString(rrule);
        const oracle = new rrulePackage.RRule({ ...options, dtstart: new Date(anchor) });
        const expected = oracle.between(new Date(anchor), new Date(slots.at(-1) ?? 0), true);
        expect(slots).toEqual(expected.map((date) => date.getTime()));
      }),
      { numRuns: 200 },
    );
  });
});

describe('a rule', () => {
  it('has the same slots forward and backward, and counts them', () => {
    fc.assert(
      fc.property(rules, starts, (rrule, startAt) => {
        const rule = { rrule, timezone: 'America/New_York', startAt };
        fc.pre(rruleFault(rule) === undefined);
        const clock = rruleClock(rule);
        const slots: number[] = [];
        let slot = clock.next(startAt - 1);
        for (; slot !== undefined && slots.length < 6; slot = clock.next(slot)) slots.push(slot);
        const back: number[] = [];
        let before = clock.previous((slots.at(-1) ?? 0) + 1);
        for (; before !== undefined && before >= startAt; before = clock.previous(before))
          back.unshift(before);
        expect(back).toEqual(slots);
        expect(clock.count(startAt - 1, slots.at(-1) ?? 0, 100)).toBe(slots.length);
        expect(clock.count(startAt - 1, slots.at(-1) ?? 0, 4)).toBe(4);
      }),
      { numRuns: 40 },
    );
  });

  it('has no gap shorter than its shortest one, and a gap of this length', () => {
    fc.assert(
      fc.property(rules, starts, (rrule, startAt) => {
        const rule = { rrule, timezone: 'UTC', startAt };
        fc.pre(rruleFault(rule) === undefined);
        const wall = rruleWall(rule);
        let least = Number.POSITIVE_INFINITY;
        let slot = wall.next(startAt);
        for (let n = 0; n < 200 && slot !== undefined && slot < YEAR_2100; n += 1) {
          const next = wall.next(slot) ?? Number.POSITIVE_INFINITY;
          if (next < YEAR_2100) least = Math.min(least, next - slot);
          slot = next;
        }
        const gap = shortestRruleGap(rule);
        expect(gap).toBeLessThanOrEqual(least);
        // Gaps shorter than the ones of these slots are rare ones of days.
        if (gap < least) expect(least - gap).toBeGreaterThanOrEqual(DAY);
      }),
      { numRuns: 60 },
    );
  });

  it('Q12: is the same in another order, in lower case and with blanks', () => {
    fc.assert(
      fc.property(rules, (rrule) => {
        const parts = rrule.split(';').map((text) => {
          const [name = '', values = ''] = text.split('=');
          return `${name} = ${values.split(',').toReversed().join(', ')}`.toLowerCase();
        });
        expect(sameRrule(rrule, ` RRULE:${parts.toReversed().join('; ')}`)).toBe(true);
        expect(sameRrule(rrule, `${rrule};BYHOUR=7;BYMINUTE=61`)).toBe(false);
      }),
      { numRuns: 100 },
    );
  });
});
