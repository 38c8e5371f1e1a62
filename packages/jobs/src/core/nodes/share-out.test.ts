import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NewRun } from '../rules/decision.ts';
import { prioritySlots, shareOut, slotsHavePriority } from './share-out.ts';

const NOW = 1_000;

// Promises P9, lost nodes; P10, fence.
describe('how a claim shares out the runs that a plan makes', () => {
  const run = (availableAt: number): NewRun => ({
    trigger: 'manual',
    catchUp: false,
    missed: 0,
    held: 'no',
    availableAt,
  });
  const shared = (due: readonly number[], claim: Parameters<typeof shareOut>[1]) =>
    [...shareOut(due.map(run), claim, NOW)].map(([{ availableAt }, starts]) => [availableAt, starts]);

  it('earliest due first: some start, some are held, the others are left', () => {
    expect(shared([900, 700, 1_000, 800], { places: 2, prefetch: 1 })).toEqual([
      [700, true],
      [800, true],
      [900, false],
    ]);
  });

  it('without a free place all are held', () => {
    expect(shared([900, 800], { places: 0, prefetch: 5 })).toEqual([
      [800, false],
      [900, false],
    ]);
    expect(shared([900], { places: 0, prefetch: 0 })).toEqual([]);
  });

  it('what comes due soon has a share of its own, and none of it starts', () => {
    const ahead = { ms: 100, runs: 2 };
    expect(shared([1_101, 1_100, 1_050, 1_020, 1_000], { places: 5, prefetch: 5, ahead })).toEqual([
      [1_000, true],
      [1_020, false],
      [1_050, false],
    ]);
    expect(shared([1_101, 1_100], { places: 5, prefetch: 5, ahead })).toEqual([[1_100, false]]);
    expect(shared([1_001], { places: 5, prefetch: 5 })).toEqual([]);
  });

  it('of those due at once, in the order in which they are made', () => {
    const runs = [run(900), run(900), run(900)];
    expect([...shareOut(runs, { places: 1, prefetch: 1 }, NOW).keys()]).toEqual(runs.slice(0, 2));
    expect([...shareOut(runs, { places: 1, prefetch: 1 }, NOW).keys()][0]).toBe(runs[0]);
  });
});

describe('slots beside a backlog', () => {
  const NOW = 1_000;

  it('have priority once the earliest due run has waited for 100 ms', () => {
    expect(slotsHavePriority({ runAt: 900, slotAt: 1_000 }, NOW)).toBe(true);
    expect(slotsHavePriority({ runAt: 901, slotAt: 1_000 }, NOW)).toBe(false);
  });

  it('need none where they are due first, or where there are none', () => {
    expect(slotsHavePriority({ runAt: 100, slotAt: 100 }, NOW)).toBe(false);
    expect(slotsHavePriority({ runAt: 100, slotAt: undefined }, NOW)).toBe(false);
    expect(slotsHavePriority({ runAt: undefined, slotAt: undefined }, NOW)).toBe(false);
  });

  it('may take half of the places; of one place, every other turn', () => {
    expect([2, 3, 10].map((places) => prioritySlots({ places, held: 0, isLast: true }))).toEqual([1, 1, 5]);
    expect(prioritySlots({ places: 10, held: 3, isLast: true })).toBe(2);
    expect(prioritySlots({ places: 10, held: 7, isLast: true })).toBe(0);
    expect(prioritySlots({ places: 1, held: 0, isLast: true })).toBe(0);
    expect(prioritySlots({ places: 1, held: 1, isLast: false })).toBe(1);
  });

  it('and the backlog both have places at any time, or turns of one place, in any order of ends', () => {
    const ends = fc.array(fc.nat(), { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), ends, (places, ended) => {
        const held: boolean[] = [];
        const claimed: boolean[] = [];
        const claim = () => {
          const slots = held.filter((isSlot) => isSlot).length;
          const isSlot = prioritySlots({ places, held: slots, isLast: claimed.at(-1) ?? false }) > 0;
          held.push(isSlot);
          claimed.push(isSlot);
        };
        while (held.length < places) claim();
        // With several places, each side always has some. With one, they take turns.
        for (const end of ended) {
          if (places > 1) expect(new Set(held).size).toBe(2);
          held.splice(end % places, 1);
          claim();
        }
        if (places === 1) claimed.forEach((isSlot, n) => void expect(isSlot).toBe(n % 2 === 0));
      }),
    );
  });
});
