import { Cron } from 'croner';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SlotClock } from '../clocks/slot-clock.ts';
import { cronClock } from './cron.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function at(text: string): number {
  return Date.parse(text);
}

function slotsBetween(clock: SlotClock, from: number, to: number): number[] {
  const slots: number[] = [];
  for (let slot = clock.next(from - 1); slot !== undefined && slot < to; slot = clock.next(slot))
    slots.push(slot);
  return slots;
}

function slotsBackwards(clock: SlotClock, from: number, to: number): number[] {
  const slots: number[] = [];
  for (let slot = clock.previous(to); slot !== undefined && slot >= from; slot = clock.previous(slot)) {
    slots.unshift(slot);
  }
  return slots;
}

const CHANGES: readonly (readonly [string, string])[] = [
  ['America/New_York', '2026-03-08T07:00:00Z'],
  ['America/New_York', '2026-11-01T06:00:00Z'],
  ['Europe/Berlin', '2026-03-29T01:00:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ['America/Sao_Paulo', '2018-02-18T02:00:00Z'],
  ['America/Sao_Paulo', '2018-11-04T03:00:00Z'],
  ['Africa/Casablanca', '2026-02-15T02:00:00Z'],
  ['Africa/Casablanca', '2026-03-22T02:00:00Z'],
  ['America/Nuuk', '2026-03-29T01:00:00Z'],
  ['America/Nuuk', '2026-10-25T01:00:00Z'],
  ['Antarctica/Troll', '2026-10-25T01:00:00Z'],
  ['Asia/Kolkata', '2026-03-29T01:00:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
  ['Asia/Gaza', '2023-04-29T00:00:00Z'],
  ['Africa/Tunis', '2005-09-30T00:00:00Z'],
];

interface LocalMinute {
  readonly instant: number;
  readonly local: number;
}

/** Every minute of the 30 hours around a change of the clock, with the local time that Intl gives for it. */
function localMinutes(zone: string, change: string): LocalMinute[] {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  const minutes: LocalMinute[] = [];
  for (let instant = at(change) - 30 * HOUR; instant < at(change) + 30 * HOUR; instant += MINUTE) {
    minutes.push({ instant, local: Date.parse(`${format.format(instant).replace(' ', 'T')}:00Z`) });
  }
  return minutes;
}

/** The rules of docs/schedules.md over every minute, with no search and no arithmetic on offsets. */
function naiveSlots(minutes: readonly LocalMinute[], minuteField: string, hourField: string): number[] {
  const matches = (local: number) =>
    expand(minuteField, 60).has(new Date(local).getUTCMinutes()) &&
    expand(hourField, 24).has(new Date(local).getUTCHours());
  const fixed = !/[*/]/.test(minuteField + hourField);
  const slots = new Set<number>();
  const seen = new Set<number>();
  let before = minutes[0]?.local ?? 0;
  for (const { instant, local } of minutes) {
    if (matches(local) && !(fixed && seen.has(local))) slots.add(instant);
    for (let skipped = before + MINUTE; skipped < local; skipped += MINUTE) {
      if (fixed && matches(skipped)) slots.add(instant);
    }
    seen.add(local);
    before = local;
  }
  return [...slots];
}

function expand(field: string, size: number): Set<number> {
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const [range = '', step = '1'] = part.split('/');
    const [low = '', high = low] = range === '*' ? ['0', String(size - 1)] : range.split('-');
    for (let value = Number(low); value <= Number(high); value += Number(step)) values.add(value);
  }
  return values;
}

// Promise P3, grid.
describe('cron, compared with a look at every minute', () => {
  const tables = CHANGES.map(([zone, change]) => ({ zone, minutes: localMinutes(zone, change) }));
  const field = (size: number, step: number) =>
    fc.oneof(
      fc.constantFrom(
        '*',
        `*/${step}`,
        '0',
        '1',
        '2',
        '1,2',
        '0-3',
        '1-3/2',
        '0,30'.slice(0, size === 24 ? 1 : 4),
      ),
      fc.uniqueArray(fc.nat({ max: size - 1 }), { minLength: 1, maxLength: 3 }).map((list) => list.join(',')),
    );
  const pattern = fc.record({
    table: fc.constantFrom(...tables),
    minuteField: field(60, 15),
    hourField: field(24, 2),
  });

  it('gives the slots that a look at every minute gives, forwards and backwards', () => {
    fc.assert(
      fc.property(pattern, ({ table, minuteField, hourField }) => {
        const clock = cronClock(`${minuteField} ${hourField} * * *`, table.zone);
        const from = table.minutes[0]?.instant ?? 0;
        const to = from + table.minutes.length * MINUTE;
        const expected = naiveSlots(table.minutes, minuteField, hourField);
        expect(slotsBetween(clock, from, to)).toEqual(expected);
        expect(slotsBackwards(clock, from, to)).toEqual(expected);
        expect(clock.count(from - 1, to - 1, Number.POSITIVE_INFINITY)).toBe(expected.length);
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same from any instant, whatever was asked before', () => {
    fc.assert(
      fc.property(
        pattern,
        fc.integer({ min: 1, max: 60 * HOUR - 1 }),
        ({ table, minuteField, hourField }, ms) => {
          const clock = cronClock(`${minuteField} ${hourField} * * *`, table.zone);
          const instant = (table.minutes[0]?.instant ?? 0) + ms;
          const expected = naiveSlots(table.minutes, minuteField, hourField);
          const later = expected.find((slot) => slot > instant);
          const earlier = expected.findLast((slot) => slot < instant);
          if (later !== undefined) expect(clock.next(instant)).toBe(later);
          if (earlier !== undefined) expect(clock.previous(instant)).toBe(earlier);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('counts what a walk from slot to slot counts, between any two instants', () => {
    const crons = fc.constantFrom(
      '* * * * *',
      '*/7 * * * *',
      '0 * * * *',
      '30 2 * * *',
      '0,30 1-3 * * *',
      '*/20 0-5 1,15 * MON',
      '0 3 L * *',
      '15 30 2,14 * * SUN-TUE',
      '*/40 59 23 * * *',
    );
    const zones = fc.constantFrom(...new Set(CHANGES.map(([zone]) => zone)), 'UTC');
    const changes = fc.constantFrom(...CHANGES.map(([, change]) => at(change)), at('1970-01-02T00:00:00Z'));
    const span = fc.tuple(
      fc.integer({ min: -20 * 24 * HOUR, max: HOUR }),
      fc.integer({ min: 0, max: 30 * 24 * HOUR }),
    );
    fc.assert(
      fc.property(
        crons,
        zones,
        changes,
        span,
        fc.integer({ min: 1, max: 2_000 }),
        (cron, zone, change, [shift, ms], most) => {
          const clock = cronClock(cron, zone);
          const after = Math.max(change + shift, 0);
          let walked = 0;
          for (
            let slot = clock.next(after);
            slot !== undefined && slot <= after + ms && walked < most;
            slot = clock.next(slot)
          )
            walked += 1;
          expect(clock.count(after, after + ms, most)).toBe(walked);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('agrees with croner on days, months and seconds', () => {
    const crons = fc.constantFrom(
      '5 4 29 2 *',
      '0 3 L * *',
      '0 9 1 * MON',
      '10-50/20 0 * * SUN',
      '*/7 30 1 * * *',
    );
    const zones = fc.constantFrom('UTC', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata');
    const instants = fc.integer({ min: at('2020-01-01T00:00:00Z'), max: at('2040-01-01T00:00:00Z') });
    fc.assert(
      fc.property(crons, zones, instants, (cron, zone, instant) => {
        const croner = new Cron(cron, { timezone: zone, fixedTimeRule: 'no-wildcard' });
        const clock = cronClock(cron, zone);
        expect(clock.next(instant)).toBe(croner.nextRun(new Date(instant))?.getTime());
        expect(clock.previous(instant)).toBe(croner.previousRuns(1, new Date(instant))[0]?.getTime());
      }),
    );
  });
});
