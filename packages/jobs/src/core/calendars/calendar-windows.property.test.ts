import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CalendarWindow, WEEKDAYS } from './calendar.ts';
import { createCalendarWindows } from './calendar-windows.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const DAYS = 12;

/** Zones, and days around changes of their clocks: an hour, half an hour, at midnight, a whole day. */
const PLACES: readonly (readonly [timezone: string, day: string])[] = [
  ['UTC', '2026-01-01'],
  ['Europe/Berlin', '2026-03-29'],
  ['Europe/Berlin', '2026-10-25'],
  ['Australia/Lord_Howe', '2026-04-05'],
  ['America/Havana', '2026-11-01'],
  ['America/Havana', '2026-03-08'],
  ['America/Asuncion', '2023-10-01'],
  ['America/Sao_Paulo', '2018-02-18'],
  ['Asia/Beirut', '2026-03-29'],
  ['Africa/Cairo', '2026-10-30'],
  ['Pacific/Apia', '2011-12-30'],
  ['America/New_York', '2027-12-31'],
];

const pad = (n: number) => String(n).padStart(2, '0');
const timeOfDay = fc.integer({ min: 0, max: 95 }).map((n) => `${pad(n >> 2)}:${pad((n & 3) * 15)}`);
const dateNear = (day: string) =>
  fc.integer({ min: -4, max: 8 }).map((n) => new Date(Date.parse(day) + n * DAY).toISOString().slice(0, 10));
const windowNear = (day: string): fc.Arbitrary<CalendarWindow> =>
  fc.oneof(
    fc.record({
      weekdays: fc.subarray([...WEEKDAYS], { minLength: 1, maxLength: 3 }),
      from: timeOfDay,
      to: fc.oneof(timeOfDay, fc.constant('24:00')),
    }),
    fc
      .record({
        fromDate: dateNear(day).map((date) => date.slice(5)),
        toDate: dateNear(day).map((date) => date.slice(5)),
      })
      .filter(({ fromDate, toDate }) => fromDate <= toDate || fromDate.startsWith('12')),
    fc
      .tuple(dateNear(day), timeOfDay, dateNear(day), timeOfDay)
      .map(([from, start, to, end]) => ({ startAt: `${from}T${start}`, endAt: `${to}T${end}` }))
      .filter(({ startAt, endAt }) => startAt < endAt),
  );
const calendars = fc.constantFrom(...PLACES).chain(([timezone, day]) =>
  fc.record({
    timezone: fc.constant(timezone),
    day: fc.constant(day),
    windows: fc.array(windowNear(day), { minLength: 1, maxLength: 4 }),
  }),
);

/** In Havana, the clock goes back from 01:00 to 00:00 on this Sunday, so that the Saturday ends twice. */
const ENDS_AT_REPEATED_MIDNIGHT = {
  timezone: 'America/Havana',
  day: '2026-11-01',
  windows: [{ weekdays: ['sat'], from: '00:00', to: '00:00' } satisfies CalendarWindow],
};

/** What the clock of a zone shows in each minute of some days, as a time of UTC. */
class Clock {
  readonly start: number;
  readonly #local: readonly number[];

  constructor(timezone: string, day: string) {
    this.start = Date.parse(day) - 5 * DAY;
    const format = new Intl.DateTimeFormat('en-CA', {
      timeZone: timezone,
      dateStyle: 'short',
      timeStyle: 'medium',
      hourCycle: 'h23',
    });
    this.#local = Array.from({ length: DAYS * 1_440 }, (_, minute) => {
      const [date, time] = format.format(this.start + minute * MINUTE).split(', ');
      return Date.parse(`${date}T${time}Z`);
    });
  }

  /** The first minute that shows a local time or a later one. */
  first(local: number): number {
    const found = this.#local.findIndex((shown) => shown >= local);
    return found < 0 ? this.#local.length : found;
  }

  /** The last minute that shows a local time. If the clock skips it, the first one after the gap. */
  last(local: number): number {
    const found = this.#local.lastIndexOf(local);
    return found < 0 ? this.first(local) : found;
  }
}

const clocks = new Map<string, Clock>();
function clockOf(timezone: string, day: string): Clock {
  const key = `${timezone} ${day}`;
  const clock = clocks.get(key) ?? new Clock(timezone, day);
  clocks.set(key, clock);
  return clock;
}

/** Marks each minute inside a window, occurrence by occurrence. */
function minutesInside(clock: Clock, windows: readonly CalendarWindow[]): boolean[] {
  const inside = Array.from({ length: DAYS * 1_440 }, () => false);
  const mark = (from: number, to: number) =>
    inside.fill(true, clock.first(from), Math.max(clock.last(to), clock.first(from)));
  for (const window of windows) {
    if ('startAt' in window) mark(Date.parse(`${window.startAt}Z`), Date.parse(`${window.endAt}Z`));
    for (let day = Math.floor(clock.start / DAY) - 3; day < clock.start / DAY + DAYS + 3; day += 1) {
      const midnight = day * DAY;
      const date = new Date(midnight);
      if ('weekdays' in window && window.weekdays.includes(WEEKDAYS[date.getUTCDay()] ?? 'sun')) {
        const { from = '00:00', to = '24:00' } = window;
        const toMs = msOf(to) <= msOf(from) ? msOf(to) + DAY : msOf(to);
        mark(midnight + msOf(from), midnight + toMs);
      }
      if ('fromDate' in window && isWithin(date.toISOString().slice(5, 10), window.fromDate, window.toDate))
        mark(midnight, midnight + DAY);
    }
  }
  return inside;
}

const msOf = (time: string) => Number(time.slice(0, 2)) * 60 * MINUTE + Number(time.slice(3)) * MINUTE;
const isWithin = (date: string, from: string, to = from) =>
  from <= to ? date >= from && date <= to : date >= from || date <= to;

describe('calendar windows', () => {
  it('agree with a model that looks at each minute (K17)', () => {
    fc.assert(
      fc.property(calendars, ({ timezone, day, windows }) => {
        const clock = clockOf(timezone, day);
        const inside = minutesInside(clock, windows);
        const found = createCalendarWindows({ timezone, windows });
        const at = (minute: number) => clock.start + minute * MINUTE;
        for (let minute = 1_440; minute < inside.length - 1_440; minute += 37) {
          const end = inside.indexOf(false, minute);
          const isInside = inside[minute] === true;
          expect([minute, found.endOf(at(minute)) !== undefined]).toEqual([minute, isInside]);
          if (!isInside) {
            expect(found.freeFrom(at(minute))).toBe(at(minute));
            expect(found.freeBefore(at(minute))).toBe(at(minute));
            const next = inside.indexOf(true, minute);
            if (next > 0 && next < inside.length - 1_440) expect(found.nextStart(at(minute))).toBe(at(next));
            continue;
          }
          if (end > 0 && end < inside.length - 1_440) expect(found.freeFrom(at(minute))).toBe(at(end));
          const before = inside.lastIndexOf(false, minute);
          if (before > 1_440) expect(found.freeBefore(at(minute))).toBe(at(before + 1) - 1);
        }
      }),
      { numRuns: 60, examples: [[ENDS_AT_REPEATED_MIDNIGHT]] },
    );
  }, 60_000);
});
