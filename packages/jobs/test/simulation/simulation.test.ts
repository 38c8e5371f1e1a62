import { describe, expect, it } from 'vitest';
import { createReader } from '../../src/metrics/read-figures.ts';
import { Random } from './random.ts';
import { scenarioOf } from './scenario.ts';
import { sealGlobals } from './sealed-globals.ts';
import { fewest, withOnly } from './shrink.ts';
import { firstViolation, simulate } from './simulate.ts';
import { World } from './world.ts';

describe('the simulation', () => {
  it('does the same for the same seed, event by event', async () => {
    for (const seed of [1, 2, 3]) {
      const [first, again] = [await simulate(scenarioOf(seed)), await simulate(scenarioOf(seed))];
      expect(again.traceHash).toBe(first.traceHash);
      expect(again.steps).toBe(first.steps);
    }
  });

  it('does something else for another seed', async () => {
    const hashes = await Promise.all([4, 5, 6].map((seed) => scenarioOf(seed)));
    expect(new Set(hashes.map((scenario) => JSON.stringify(scenario))).size).toBe(3);
  });

  it('gives setImmediate to the world, and undoes all when it ends', async () => {
    const before = { setImmediate, random: Math.random, uuid: crypto.randomUUID };
    const world = new World();
    const unseal = sealGlobals(world, new Random(1));
    let isCalled = false;
    setImmediate(() => {
      isCalled = true;
    });
    await world.run(10, () => false);
    unseal();
    expect(isCalled).toBe(true);
    expect({ setImmediate, random: Math.random, uuid: crypto.randomUUID }).toEqual(before);
  });

  it('notes each use of real time by code of the engine, and only that', async () => {
    const world = new World();
    const noFigures = () => {
      throw new Error('no figures');
    };
    const read = createReader({ stats: async () => noFigures(), activity: noFigures }, 10);
    const unseal = sealGlobals(world, new Random(1));
    Math.random();
    const before = [...world.leaks];
    await read().catch(() => undefined);
    unseal();
    expect(before).toEqual([]);
    expect(world.leaks).toEqual([expect.stringContaining('setTimeout')]);
  });

  it('leaves out actions that a violation does not need', async () => {
    const items = Array.from({ length: 20 }, (_, n) => n);
    const needed = async (kept: readonly number[]) => [3, 7, 19].every((n) => kept.includes(n));
    expect(await fewest(items, needed)).toEqual([3, 7, 19]);
    const scenario = scenarioOf(7);
    expect(withOnly(scenario, [0, 2]).actions).toEqual([scenario.actions[0], scenario.actions[2]]);
  });

  it('finds every promise kept', { timeout: 300_000 }, async () => {
    const seeds = Array.from({ length: 400 }, (_, n) => 1_000_000 + n);
    expect(await firstViolation(seeds)).toBeUndefined();
  });
});
