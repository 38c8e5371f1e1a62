import { describe, expect, it } from 'vitest';
import type { NewRun } from './decision.ts';
import { shareOut, slotsFirst, slotsGoFirst } from './share-out.ts';

const NOW = 1_000;

describe('P9, P10: how a claim shares out what is about to be made', () => {
  const run = (availableAt: number): NewRun => ({
    trigger: 'manual',
    catchUp: false,
    missed: 0,
    held: 'no',
    availableAt,
  });
  const shared = (due: readonly number[], claim: Parameters<typeof shareOut>[1]) =>
    [...shareOut(due.map(run), claim, NOW)].map(([{ availableAt }, starts]) => [availableAt, starts]);

  it('those due first first: some start, some are held, the others are left', () => {
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

describe('slots that were planned behind other due work', () => {
  const NOW = 1_000;

  it('go first once what is due first has waited for 100 ms', () => {
    expect(slotsGoFirst({ runAt: 900, slotAt: 1_000 }, NOW)).toBe(true);
    expect(slotsGoFirst({ runAt: 901, slotAt: 1_000 }, NOW)).toBe(false);
  });

  it('need not where they are due first, or where there are none', () => {
    expect(slotsGoFirst({ runAt: 100, slotAt: 100 }, NOW)).toBe(false);
    expect(slotsGoFirst({ runAt: 100, slotAt: undefined }, NOW)).toBe(false);
    expect(slotsGoFirst({ runAt: undefined, slotAt: undefined }, NOW)).toBe(false);
  });

  it('take half of the places, and one at least', () => {
    expect([1, 2, 3, 10].map((places) => slotsFirst(places, 0))).toEqual([1, 1, 1, 5]);
    expect(slotsFirst(10, 3)).toBe(2);
  });
});
