import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scheduleOf } from '../../../test/core/schedule-of.ts';
import type { Schedule } from './schedule.ts';
import { firstSlot, gapAfter, nextSlot, passedSlots, slotFromEnd, slotsAfter } from './schedule-slots.ts';

const DAY = 86_400_000;
const T0 = Date.parse('2026-10-05T10:00:00.250Z');

// Promises P3, grid; P6, catch-up.
describe('slots of any schedule', () => {
  const recurring = fc.oneof(
    fc
      .record({
        everyMs: fc.integer({ min: 1_000, max: 3 * DAY }),
        start: fc.option(fc.integer({ min: -DAY, max: DAY })),
      })
      .map(({ everyMs, start }) => ({
        interval: `${everyMs}ms`,
        ...(start === null ? {} : { startAt: new Date(T0 + start).toISOString() }),
      })),
    fc
      .record({
        cron: fc.constantFrom('*/20 * * * *', '30 2 * * *', '0 0 * * MON', '15,45 */3 * * *', '30 0 6 * * *'),
        timezone: fc.constantFrom('UTC', 'America/New_York', 'Australia/Lord_Howe'),
        start: fc.option(fc.integer({ min: -DAY, max: DAY })),
      })
      .map(({ start, ...cron }) => ({
        ...cron,
        ...(start === null ? {} : { startAt: new Date(T0 + start).toISOString() }),
      })),
  );
  // Around the night in which New York's clock is set back, and Lord Howe's a few weeks before.
  const anchors = fc.integer({
    min: Date.parse('2026-09-25T00:00:00Z'),
    max: Date.parse('2026-11-05T00:00:00Z'),
  });

  /** Slots one by one, and no more than 500 of them. */
  function walk(of: Schedule, anchorAt: number, from: number, to: number): number[] {
    const slots: number[] = [];
    let slot: number | undefined = from;
    while (slot !== undefined && slot <= to && slots.length < 500) {
      slots.push(slot);
      slot = nextSlot(of, anchorAt, slot);
    }
    return slots;
  }

  it('are later one by one, on the grid, with none left out', () => {
    fc.assert(
      fc.property(recurring, anchors, fc.nat({ max: 10 * DAY }), (input, anchorAt, wait) => {
        const of = scheduleOf(input);
        const after = anchorAt + wait;
        const slot = nextSlot(of, anchorAt, after) ?? Number.NaN;
        expect(slot).toBeGreaterThan(after);
        expect(nextSlot(of, anchorAt, slot - 1)).toBe(slot);
        expect(nextSlot(of, anchorAt, after + Math.floor((slot - after) / 2))).toBe(slot);
        expect(gapAfter(of, anchorAt, slot)).toBe((nextSlot(of, anchorAt, slot) ?? Number.NaN) - slot);
        if (of.kind === 'interval') {
          const anchor = of.startAt ?? anchorAt;
          expect(Math.abs((slot - anchor) % of.everyMs)).toBe(0);
          expect(slot - after).toBeLessThanOrEqual(Math.max(of.everyMs, anchor - after));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('agree with a walk from slot to slot', () => {
    fc.assert(
      fc.property(
        recurring,
        anchors,
        fc.nat({ max: 10 * DAY }),
        fc.integer({ min: 1, max: 120 }),
        (input, anchorAt, wait, n) => {
          const of = scheduleOf(input);
          const first = firstSlot(of, anchorAt) ?? Number.NaN;
          const step = gapAfter(of, anchorAt, first);
          const now = first + Math.min(wait, 300 * step);
          const walked = walk(of, anchorAt, first, now);
          fc.pre(walked.length < 500);
          expect(passedSlots(of, anchorAt, first, now)).toEqual({
            count: walked.length,
            latest: walked.at(-1),
            next: nextSlot(of, anchorAt, walked.at(-1) ?? Number.NaN),
          });
          expect(slotFromEnd(of, anchorAt, first, now, n)).toBe(walked.at(-n) ?? first);
          expect(slotsAfter(of, anchorAt, first - 1, 3)).toEqual(
            walk(of, anchorAt, first, first + 500 * step).slice(0, 3),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('stay exact for intervals of any length over any downtime', () => {
    const instants = fc.integer({ min: 0, max: Date.UTC(9_999, 0) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9_223_372_036_854 }), instants, instants, (everyMs, a, b) => {
        const of: Schedule = { kind: 'interval', interval: '', everyMs, mode: 'fixed_rate' };
        const [anchor, now] = a < b ? [a, b] : [b, a];
        const { count, latest } = passedSlots(of, anchor, anchor, now);
        const steps = (BigInt(now) - BigInt(anchor)) / BigInt(everyMs);
        expect(BigInt(count)).toBe(steps + 1n);
        expect(BigInt(latest)).toBe(BigInt(anchor) + steps * BigInt(everyMs));
      }),
      { numRuns: 1_000 },
    );
  });
});
