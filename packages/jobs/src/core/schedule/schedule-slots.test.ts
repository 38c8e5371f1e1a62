import { describe, expect, it } from 'vitest';
import { scheduleOf } from '../../../test/core/schedule-of.ts';
import { firstSlot, gapAfter, nextSlot, passedSlots, slotFromEnd, slotsAfter } from './schedule-slots.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const T0 = Date.parse('2026-05-05T10:00:00.250Z');

function at(text: string): number {
  return Date.parse(text);
}

// Promise P3, grid.
describe('the grid', () => {
  const hourly = scheduleOf({ interval: '1h' });

  it('begins one interval after creation', () => {
    expect(firstSlot(hourly, T0)).toBe(T0 + HOUR);
  });

  it('begins at a startAt that is still to come', () => {
    const later = scheduleOf({ interval: '1h', startAt: new Date(T0 + 10).toISOString() });
    expect(firstSlot(later, T0)).toBe(T0 + 10);
    expect(nextSlot(later, T0, T0 + 10)).toBe(T0 + 10 + HOUR);
  });

  it('takes only its phase from a startAt that is past', () => {
    const past = scheduleOf({ interval: '1h', startAt: '2020-01-01T00:15:00Z' });
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
    const daily = scheduleOf({ cron: '0 3 * * *', startAt: '2026-06-01T03:00:00Z' });
    expect(firstSlot(daily, T0)).toBe(at('2026-06-01T03:00:00Z'));
    expect(nextSlot(daily, T0, at('2026-06-01T03:00:00Z'))).toBe(at('2026-06-02T03:00:00Z'));
    expect(firstSlot(scheduleOf({ cron: '0 3 * * *' }), T0)).toBe(at('2026-05-06T03:00:00Z'));
  });

  it('has one slot for a run_at, past or future', () => {
    const once = scheduleOf({ runAt: new Date(T0).toISOString() });
    expect(firstSlot(once, T0 + DAY)).toBe(T0);
    expect(nextSlot(once, T0, T0 - 1)).toBe(T0);
    expect(nextSlot(once, T0, T0)).toBeUndefined();
    expect(passedSlots(once, T0, T0, T0 + DAY)).toEqual({ count: 1, latest: T0, next: undefined });
    expect(slotsAfter(once, T0, T0 - 1, 5)).toEqual([T0]);
    expect(gapAfter(once, T0, T0)).toBe(Infinity);
  });

  it('has none on demand', () => {
    const never = scheduleOf({ onDemand: true });
    expect(firstSlot(never, T0)).toBeUndefined();
    expect(nextSlot(never, T0, T0)).toBeUndefined();
    expect(slotsAfter(never, T0, T0, 3)).toEqual([]);
  });

  it('has no grid for a fixed delay: one slot, and no next until a run has ended', () => {
    const delay = scheduleOf({ interval: '1h', intervalMode: 'fixed_delay' });
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
    const hourly = scheduleOf({ interval: '1h' });
    expect(passedSlots(hourly, T0, T0 + HOUR, T0 + HOUR)).toEqual({
      count: 1,
      latest: T0 + HOUR,
      next: T0 + 2 * HOUR,
    });
  });

  it('counts a slot that comes due at this very instant', () => {
    const passed = { count: 2, latest: T0 + 2 * HOUR, next: T0 + 3 * HOUR };
    expect(passedSlots(scheduleOf({ interval: '1h' }), T0, T0 + HOUR, T0 + 2 * HOUR)).toEqual(passed);
    const daily = scheduleOf({ cron: '0 3 * * *' });
    const [first = 0, second = 0, third = 0] = slotsAfter(daily, T0, T0, 3);
    expect(passedSlots(daily, T0, first, second)).toEqual({ count: 2, latest: second, next: third });
    expect(passedSlots(daily, T0, first, second - 1)).toEqual({ count: 1, latest: first, next: second });
  });

  it('counts a first slot that is not on the grid', () => {
    const hourly = scheduleOf({ interval: '1h' });
    const first = T0 + 90_000;
    expect(passedSlots(hourly, T0, first, first + 10)).toEqual({ count: 1, latest: first, next: T0 + HOUR });
    expect(passedSlots(hourly, T0, first, T0 + 2 * HOUR)).toMatchObject({ count: 3, latest: T0 + 2 * HOUR });
    expect(slotFromEnd(hourly, T0, first, T0 + 2 * HOUR, 3)).toBe(first);

    const daily = scheduleOf({ cron: '0 3 * * *' });
    const next = at('2026-05-06T03:00:00Z');
    expect(passedSlots(daily, T0, T0, T0 + 10)).toEqual({ count: 1, latest: T0, next });
    expect(slotFromEnd(daily, T0, T0, T0 + 10, 1)).toBe(T0);
    expect(slotFromEnd(daily, T0, T0, next, 2)).toBe(T0);
  });

  it('counts the slots of a cron up to 10,000', () => {
    const everySecond = scheduleOf({ cron: '* * * * * *', timezone: 'America/New_York' });
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
