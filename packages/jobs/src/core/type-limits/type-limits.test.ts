import { describe, expect, it } from 'vitest';
import { lookAgainAt } from './group-room.ts';
import { groupValueOf } from './group-value.ts';
import { limitsAfterStart } from './type-limits.ts';

// Promise P29, limits and priority.
describe('limits of a type', () => {
  const offer = (version: number, limits = {}) => ({ type: 'noop', version, limits });

  it('L7: the newer version holds; with equal versions, the later start', () => {
    const first = limitsAfterStart(undefined, offer(2, { running: 5 }));
    expect(first).toEqual({ ...offer(2, { running: 5 }), isRegrouping: true });
    expect(limitsAfterStart(first, offer(1, { running: 1 }))).toBe(first);
    expect(limitsAfterStart(first, offer(2, { running: 3 })).limits).toEqual({ running: 3 });
    expect(limitsAfterStart(first, offer(3)).limits).toEqual({});
  });

  it('L18: runs change their groups when `per` changes, and when a type gets or loses its limits', () => {
    const settled = { ...offer(1, { running: 5 }), isRegrouping: false };
    const after = (limits: object) => limitsAfterStart(settled, offer(1, limits)).isRegrouping;
    expect(after({ running: 9 })).toBe(false);
    expect(after({ running: 5, rate: { runs: 1, perMs: 1 } })).toBe(false);
    expect(after({ running: 5, per: '/tenant' })).toBe(true);
    expect(after({})).toBe(true);
    const none = { ...offer(1), isRegrouping: false };
    expect(limitsAfterStart(none, offer(1)).isRegrouping).toBe(false);
  });

  it('L8: payloads without the value are one group', () => {
    const of = (payload: object, per?: string) =>
      groupValueOf({ running: 1, ...(per === undefined ? {} : { per }) }, JSON.stringify(payload));
    expect(of({ tenant: 'a' })).toBe('');
    expect(of({ tenant: 'a' }, '/tenant')).toBe('"a"');
    expect(of({ tenant: 7 }, '/tenant')).toBe('7');
    expect(of({ tenant: '7' }, '/tenant')).not.toBe(of({ tenant: 7 }, '/tenant'));
    expect(of({ a: { 'b/c': true } }, '/a/b~1c')).toBe('true');
    for (const payload of [{}, { tenant: null }, { tenant: {} }, { tenant: ['a'] }])
      expect(of(payload, '/tenant')).toBe('');
    expect(of({ constructor: 1 }, '/toString')).toBe('');
  });

  it('long values with one beginning are groups of their own, with a short text', () => {
    const of = (tenant: string) => groupValueOf({ running: 1, per: '/tenant' }, JSON.stringify({ tenant }));
    const long = 'x'.repeat(10_000);
    expect(of(`${long}1`)).not.toBe(of(`${long}2`));
    expect(of(`${long}1`)).toBe(of(`${long}1`));
    expect(of(long).length).toBeLessThan(300);
  });

  it('L20: claims look at a group again when it has room and a run is due', () => {
    const now = 1_000;
    const hasRoom = { roomAt: undefined, heldUntil: undefined };
    // An instant in the past keeps the order in which runs have waited.
    expect(lookAgainAt(hasRoom, 400, now)).toBe(400);
    expect(lookAgainAt(hasRoom, 1_100, now)).toBe(1_100);
    const isFull = { roomAt: 1_500, heldUntil: undefined };
    expect(lookAgainAt(isFull, 400, now)).toBe(1_500);
    expect(lookAgainAt(isFull, 1_900, now)).toBe(1_900);
    const isHeld = { roomAt: undefined, heldUntil: 1_250 };
    expect(lookAgainAt(isHeld, 400, now)).toBe(1_250);
    expect(lookAgainAt(isHeld, 1_100, now)).toBe(1_100);
  });
});
