import { describe, expect, it } from 'vitest';
import type { Fault } from '../input/fault.ts';
import {
  firstSlot,
  gapAfter,
  nextSlot,
  parseSchedule,
  passedSlots,
  type Schedule,
  type ScheduleInput,
  sameSchedule,
  slotFromEnd,
  slotsAfter,
} from './schedule.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const T0 = Date.parse('2026-05-05T10:00:00.250Z');
const RULES = { minIntervalMs: SECOND };

function schedule(input: ScheduleInput): Schedule {
  const parsed = parseSchedule(input, RULES);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.value;
}

function faults(input: ScheduleInput, rules = RULES): readonly Fault[] {
  const parsed = parseSchedule(input, rules);
  return parsed.ok ? [] : parsed.faults;
}

function pointers(input: ScheduleInput): string[] {
  return faults(input).map((fault) => fault.pointer);
}

function at(text: string): number {
  return Date.parse(text);
}

// Promise P2, schedule.
describe('schedule', () => {
  it('reads an interval, by default at a fixed rate', () => {
    expect(schedule({ interval: '1h30m' })).toEqual({
      kind: 'interval',
      interval: '1h30m',
      everyMs: 1.5 * HOUR,
      mode: 'fixed_rate',
    });
    expect(
      schedule({ interval: '60s', intervalMode: 'fixed_delay', startAt: '2026-01-01T00:00:00Z' }),
    ).toEqual({
      kind: 'interval',
      interval: '60s',
      everyMs: 60 * SECOND,
      mode: 'fixed_delay',
      startAt: at('2026-01-01T00:00:00Z'),
    });
  });

  it('reads a cron expression, by default in UTC', () => {
    expect(schedule({ cron: '0 3 * * *' })).toEqual({ kind: 'cron', cron: '0 3 * * *', timezone: 'UTC' });
    expect(
      schedule({ cron: '0 3 * * *', timezone: 'Asia/Kolkata', startAt: '2026-01-01T05:30:00+05:30' }),
    ).toEqual({
      kind: 'cron',
      cron: '0 3 * * *',
      timezone: 'Asia/Kolkata',
      startAt: at('2026-01-01T00:00:00Z'),
    });
  });

  it('reads a single instant, past ones too', () => {
    const runAt = '2001-01-01T02:00:00+02:00';
    expect(schedule({ runAt })).toEqual({ kind: 'run_at', runAt: at('2001-01-01T00:00:00Z') });
  });

  it('reads on demand, and takes false as absent', () => {
    expect(schedule({ onDemand: true })).toEqual({ kind: 'on_demand' });
    expect(schedule({ onDemand: false, interval: '1m' }).kind).toBe('interval');
  });

  it('wants exactly one kind', () => {
    expect(pointers({})).toEqual(['']);
    expect(pointers({ onDemand: false })).toEqual(['']);
    expect(pointers({ interval: '1m', cron: '* * * * *' })).toEqual(['/interval', '/cron']);
    expect(pointers({ runAt: '2030-01-01T00:00:00Z', onDemand: true })).toEqual(['/runAt', '/onDemand']);
    expect(faults({ interval: '1m', onDemand: true })[0]?.detail).toMatch(
      /exactly one .* interval and onDemand/,
    );
  });

  it.each<[ScheduleInput, string]>([
    [{ interval: '1m', timezone: 'UTC' }, '/timezone'],
    [{ cron: '* * * * *', intervalMode: 'fixed_rate' }, '/intervalMode'],
    [{ runAt: '2030-01-01T00:00:00Z', startAt: '2030-01-01T00:00:00Z' }, '/startAt'],
    [{ onDemand: true, startAt: '2030-01-01T00:00:00Z' }, '/startAt'],
    [{ onDemand: true, intervalMode: 'fixed_delay' }, '/intervalMode'],
    [{ runAt: '2030-01-01T00:00:00Z', timezone: 'UTC' }, '/timezone'],
  ])('refuses what does not go together: %j', (input, pointer) => {
    expect(pointers(input)).toEqual([pointer]);
    expect(faults(input)[0]?.detail).toMatch(/only goes with/);
  });

  it.each<[ScheduleInput, string, RegExp]>([
    [{ interval: '5 minutes' }, '/interval', /5m, 1h30m or 24h/],
    [{ interval: '1500us' }, '/interval', /whole number of milliseconds/],
    [{ interval: '999ms' }, '/interval', /at least 1s/],
    [{ interval: '0' }, '/interval', /at least 1s/],
    [{ interval: '-5m' }, '/interval', /at least 1s/],
    [{ cron: '@daily' }, '/cron', /five fields/],
    [{ cron: '0 0 30 2 *' }, '/cron', /never occurs/],
    [{ cron: '* * * * *', timezone: 'Mars/Olympus' }, '/timezone', /IANA/],
    [{ cron: '* * * * *', timezone: '' }, '/timezone', /IANA/],
    [{ cron: '* * * * *', startAt: '9000-01-01T00:00:00Z' }, '/startAt', /no slot/],
    [{ runAt: '2030-01-01' }, '/runAt', /RFC 3339/],
    [{ interval: '1m', startAt: 'tomorrow' }, '/startAt', /RFC 3339/],
  ])('refuses %j at %s', (input, pointer, detail) => {
    expect(faults(input)).toEqual([{ pointer, detail: expect.stringMatching(detail) }]);
  });

  it('holds the smallest interval that the operator allows', () => {
    expect(faults({ interval: '59999ms' }, { minIntervalMs: 60_000 })[0]?.detail).toBe(
      'must be at least 1m; got "59999ms"',
    );
    expect(faults({ interval: '60000ms' }, { minIntervalMs: 60_000 })).toEqual([]);
  });

  it('names all faults at once', () => {
    const input = { interval: '5', cron: 'x', timezone: 'nowhere', runAt: '-', startAt: '-' } as const;
    expect(new Set(pointers(input))).toEqual(
      new Set(['/interval', '/cron', '/timezone', '/runAt', '/startAt']),
    );
  });
});

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
    [{ runAt: '2026-01-01T01:00:00+01:00' }, { runAt: '2026-01-01T00:00:00.000Z' }],
    [{ onDemand: true }, { onDemand: true }],
  ])('%j is %j', (a, b) => {
    expect(sameSchedule(schedule(a), schedule(b))).toBe(true);
    expect(sameSchedule(schedule(b), schedule(a))).toBe(true);
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
    { runAt: '2026-01-01T00:00:00Z' },
    { runAt: '2026-01-01T00:00:01Z' },
    { onDemand: true },
  ];

  it('are different if any part differs', () => {
    for (const [i, a] of different.entries()) {
      for (const [j, b] of different.entries()) {
        expect([a, b, sameSchedule(schedule(a), schedule(b))]).toEqual([a, b, i === j]);
      }
    }
  });
});

// Promise P3, grid.
describe('the grid', () => {
  const hourly = schedule({ interval: '1h' });

  it('begins one interval after creation', () => {
    expect(firstSlot(hourly, T0)).toBe(T0 + HOUR);
  });

  it('begins at a startAt that is still to come', () => {
    const later = schedule({ interval: '1h', startAt: new Date(T0 + 10).toISOString() });
    expect(firstSlot(later, T0)).toBe(T0 + 10);
    expect(nextSlot(later, T0, T0 + 10)).toBe(T0 + 10 + HOUR);
  });

  it('takes only its phase from a startAt that is past', () => {
    const past = schedule({ interval: '1h', startAt: '2020-01-01T00:15:00Z' });
    expect(firstSlot(past, T0)).toBe(at('2026-05-05T10:15:00Z'));
    expect(firstSlot(past, at('2026-05-05T10:15:00Z'))).toBe(at('2026-05-05T11:15:00Z'));
  });

  it('does not shift when a slot is taken late', () => {
    expect(nextSlot(hourly, T0, T0 + HOUR + 1_234)).toBe(T0 + 2 * HOUR);
    expect(nextSlot(hourly, T0, T0 + 2 * HOUR - 1)).toBe(T0 + 2 * HOUR);
    expect(nextSlot(hourly, T0, T0 + 2 * HOUR)).toBe(T0 + 3 * HOUR);
  });

  it('keeps even steps where a local clock is set', () => {
    const before = at('2026-03-29T00:30:00Z');
    expect(slotsAfter(hourly, before, before, 3)).toEqual([
      before + HOUR,
      before + 2 * HOUR,
      before + 3 * HOUR,
    ]);
  });

  it('ends with the year 9999', () => {
    const end = at('9999-12-31T23:59:59.999Z');
    expect(nextSlot(hourly, T0, end - HOUR)).toBeLessThanOrEqual(end);
    expect(nextSlot(hourly, T0, end)).toBeUndefined();
    expect(passedSlots(hourly, T0, T0, end).next).toBeUndefined();
    expect(gapAfter(hourly, end, end)).toBe(Infinity);
  });

  it('bounds cron by startAt, itself included', () => {
    const daily = schedule({ cron: '0 3 * * *', startAt: '2026-06-01T03:00:00Z' });
    expect(firstSlot(daily, T0)).toBe(at('2026-06-01T03:00:00Z'));
    expect(nextSlot(daily, T0, at('2026-06-01T03:00:00Z'))).toBe(at('2026-06-02T03:00:00Z'));
    expect(firstSlot(schedule({ cron: '0 3 * * *' }), T0)).toBe(at('2026-05-06T03:00:00Z'));
  });

  it('has one slot for a run_at, past or future', () => {
    const once = schedule({ runAt: new Date(T0).toISOString() });
    expect(firstSlot(once, T0 + DAY)).toBe(T0);
    expect(nextSlot(once, T0, T0 - 1)).toBe(T0);
    expect(nextSlot(once, T0, T0)).toBeUndefined();
    expect(passedSlots(once, T0, T0, T0 + DAY)).toEqual({ count: 1, latest: T0, next: undefined });
    expect(slotsAfter(once, T0, T0 - 1, 5)).toEqual([T0]);
    expect(gapAfter(once, T0, T0)).toBe(Infinity);
  });

  it('has none on demand', () => {
    const never = schedule({ onDemand: true });
    expect(firstSlot(never, T0)).toBeUndefined();
    expect(nextSlot(never, T0, T0)).toBeUndefined();
    expect(slotsAfter(never, T0, T0, 3)).toEqual([]);
  });

  it('has no grid for a fixed delay: one slot, and no next until a run has ended', () => {
    const delay = schedule({ interval: '1h', intervalMode: 'fixed_delay' });
    expect(firstSlot(delay, T0)).toBe(T0 + HOUR);
    expect(passedSlots(delay, T0, T0 + HOUR, T0 + DAY)).toEqual({
      count: 1,
      latest: T0 + HOUR,
      next: undefined,
    });
    expect(slotFromEnd(delay, T0, T0 + HOUR, T0 + DAY, 5)).toBe(T0 + HOUR);
    expect(gapAfter(delay, T0, T0 + 17)).toBe(HOUR);
  });
});

// Promise P6, catch-up.
describe('passed slots', () => {
  it('counts a slot taken on time as one', () => {
    const hourly = schedule({ interval: '1h' });
    expect(passedSlots(hourly, T0, T0 + HOUR, T0 + HOUR)).toEqual({
      count: 1,
      latest: T0 + HOUR,
      next: T0 + 2 * HOUR,
    });
  });

  it('counts a slot that comes due at this very instant', () => {
    const passed = { count: 2, latest: T0 + 2 * HOUR, next: T0 + 3 * HOUR };
    expect(passedSlots(schedule({ interval: '1h' }), T0, T0 + HOUR, T0 + 2 * HOUR)).toEqual(passed);
    const daily = schedule({ cron: '0 3 * * *' });
    const [first = 0, second = 0, third = 0] = slotsAfter(daily, T0, T0, 3);
    expect(passedSlots(daily, T0, first, second)).toEqual({ count: 2, latest: second, next: third });
    expect(passedSlots(daily, T0, first, second - 1)).toEqual({ count: 1, latest: first, next: second });
  });

  it('counts a first slot that is not on the grid', () => {
    const hourly = schedule({ interval: '1h' });
    const first = T0 + 90_000;
    expect(passedSlots(hourly, T0, first, first + 10)).toEqual({ count: 1, latest: first, next: T0 + HOUR });
    expect(passedSlots(hourly, T0, first, T0 + 2 * HOUR)).toMatchObject({ count: 3, latest: T0 + 2 * HOUR });
    expect(slotFromEnd(hourly, T0, first, T0 + 2 * HOUR, 3)).toBe(first);

    const daily = schedule({ cron: '0 3 * * *' });
    const next = at('2026-05-06T03:00:00Z');
    expect(passedSlots(daily, T0, T0, T0 + 10)).toEqual({ count: 1, latest: T0, next });
    expect(slotFromEnd(daily, T0, T0, T0 + 10, 1)).toBe(T0);
    expect(slotFromEnd(daily, T0, T0, next, 2)).toBe(T0);
  });

  it('counts the slots of a cron up to 10,000', () => {
    const everySecond = schedule({ cron: '* * * * * *', timezone: 'America/New_York' });
    const first = at('2026-10-20T00:00:00Z');
    const count = (passed: number) =>
      passedSlots(everySecond, T0, first, first + (passed - 1) * SECOND).count;
    expect(count(9_999)).toBe(9_999);
    expect(count(10_000)).toBe(10_000);
    expect(count(10_001)).toBe(10_000);
    const now = first + 30 * DAY + 400;
    expect(passedSlots(everySecond, T0, first, now)).toEqual({
      count: 10_000,
      latest: first + 30 * DAY,
      next: first + 30 * DAY + SECOND,
    });
    expect(slotFromEnd(everySecond, T0, first, now, 100)).toBe(first + 30 * DAY - 99 * SECOND);
  });
});
