import { describe, expect, it } from 'vitest';
import { Random } from './random.ts';
import { scenarioOf } from './scenario.ts';
import { sealGlobals } from './sealed-globals.ts';
import { shrink, withOnly } from './shrink.ts';
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

  it('leaves out actions that a violation does not need', async () => {
    const scenario = scenarioOf(7);
    expect(withOnly(scenario, [0, 2]).actions).toEqual([scenario.actions[0], scenario.actions[2]]);
    expect((await shrink(scenario, 'no such promise')).kept).toHaveLength(scenario.actions.length);
  });

  it('finds every promise kept', { timeout: 300_000 }, async () => {
    const seeds = Array.from({ length: 400 }, (_, n) => 1_000_000 + n);
    expect(await firstViolation(seeds)).toBeUndefined();
  });
});
