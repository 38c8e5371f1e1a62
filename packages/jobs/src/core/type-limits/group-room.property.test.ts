import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roomInGroup, roomInGroupAt, type Starts, withStarts } from './group-room.ts';
import type { TypeLimits } from './type-limits.ts';

const step = fc.record({ waitMs: fc.nat(40), start: fc.nat(4), end: fc.nat(4) });
const limits = fc.record(
  {
    running: fc.integer({ min: 1, max: 5 }),
    rate: fc.record({ runs: fc.integer({ min: 1, max: 5 }), perMs: fc.integer({ min: 1, max: 100 }) }),
  },
  { requiredKeys: [] },
);

/** Every start as an instant of its own, and every running run. */
class Model {
  readonly starts: number[] = [];
  running = 0;

  room({ running, rate }: TypeLimits, now: number): number {
    const left = running === undefined ? Number.POSITIVE_INFINITY : running - this.running;
    if (rate === undefined) return left;
    return Math.min(left, rate.runs - this.starts.filter((at) => at > now - rate.perMs).length);
  }
}

// Promise P29, limits and priority.
describe('the room of a group', () => {
  it('L11: is what a list of all starts says, at every instant', () => {
    fc.assert(
      fc.property(limits, fc.array(step, { maxLength: 40 }), (some, steps) => {
        const model = new Model();
        let starts: Starts = [];
        let now = 1_000;
        for (const { waitMs, start, end } of steps) {
          now += waitMs;
          model.running = Math.max(model.running - end, 0);
          const room = roomInGroup(some, { running: model.running, starts }, now);
          expect(room).toBe(model.room(some, now));
          const count = Math.max(Math.min(start, room), 0);
          model.running += count;
          model.starts.push(...Array<number>(count).fill(now));
          starts = withStarts(starts, count, { rate: some.rate, now });
          expect(starts.length).toBeLessThanOrEqual(some.rate?.runs ?? 0);
        }
      }),
    );
  });

  it('L1: a full group has room again at the first instant at which all limits have some', () => {
    fc.assert(
      fc.property(limits, fc.array(step, { maxLength: 20 }), (some, steps) => {
        let starts: Starts = [];
        let now = 1_000;
        let running = 0;
        for (const { waitMs, start, end } of steps) {
          now += waitMs;
          running = Math.max(running - end, 0);
          const count = Math.max(Math.min(start, roomInGroup(some, { running, starts }, now)), 0);
          running += count;
          starts = withStarts(starts, count, { rate: some.rate, now });
        }
        const at = roomInGroupAt(some, { running, starts }, now);
        if (at === undefined) {
          expect(running).toBe(some.running);
          return;
        }
        expect(at).toBeGreaterThanOrEqual(now);
        expect(roomInGroup(some, { running, starts }, at)).toBeGreaterThan(0);
        if (at > now) expect(roomInGroup(some, { running, starts }, at - 1)).toBeLessThanOrEqual(0);
      }),
    );
  });
});
