import { expect, it } from 'vitest';
import type { Clock } from '../../core/clock.ts';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { Pruner } from './pruner.ts';

const nothing = () => undefined;

/** One over a store that has so many batches to prune. */
function prunerOf(
  clock: Clock,
  batches = 0,
  prune = async (more: boolean) => ({ removed: 0, more }),
): { readonly pruner: Pruner; readonly pruned: () => number } {
  let pruned = 0;
  const pruner = new Pruner({
    store: {
      prune: () => {
        pruned += 1;
        return prune(pruned < batches);
      },
    },
    clock,
    retention: { finishedPerJob: 1, skippedPerJob: 1, maxAgeMs: 1, countsMaxAgeMs: 1 },
    logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    onFound: nothing,
  });
  return { pruner, pruned: () => pruned };
}

// Promise P18, bounds.
it('pruning waits for the start, continues soon while there is more, and looks again after a minute', async () => {
  const clock = createFakeClock(0);
  const { pruner, pruned } = prunerOf(clock, 3);
  const after = async (ms: number) => {
    clock.advance(ms);
    // What has begun ends.
    await new Promise(setImmediate);
    return pruned();
  };
  pruner.start();
  expect(await after(4_900)).toBe(0);
  expect(await after(100)).toBe(1);
  expect(await after(50)).toBe(2);
  expect(await after(50)).toBe(3);
  expect(await after(59_900)).toBe(3);
  expect(await after(100)).toBe(4);
  await pruner.stop();
});

it('a pruner that was started twice is one, and prunes nothing once it was stopped', async () => {
  const fake = createFakeClock(0);
  let timers = 0;
  const clock: Clock = {
    ...fake,
    setTimer(ms, fire) {
      timers += 1;
      return fake.setTimer(ms, fire);
    },
  };
  const { pruner, pruned } = prunerOf(clock);
  pruner.start();
  pruner.start();
  expect(timers).toBe(1);
  await pruner.stop();
  fake.advance(600_000);
  expect(pruned()).toBe(0);
});

it('pruning continues after a minute when the store rejects, or throws at once', async () => {
  const clock = createFakeClock(0);
  const fault = new Error('no room on the disk');
  for (const prune of [
    () => Promise.reject(fault),
    () => {
      throw fault;
    },
  ]) {
    const { pruner, pruned } = prunerOf(clock, 0, prune);
    pruner.start();
    clock.advance(5_000);
    await new Promise(setImmediate);
    clock.advance(60_000);
    expect(pruned()).toBe(2);
    await pruner.stop();
  }
});

// Promise P29, limits and priority.
it('it looks for runs that no claim would find, also while pruning fails or takes minutes', async () => {
  const looksBeside = async (prune: () => Promise<{ removed: number; more: boolean }>) => {
    const clock = createFakeClock(0);
    let looks = 0;
    const pruner = new Pruner({
      store: {
        prune,
        findLeftRuns: async () => {
          looks += 1;
          return false;
        },
      },
      clock,
      retention: { finishedPerJob: 1, skippedPerJob: 1, maxAgeMs: 1, countsMaxAgeMs: 1 },
      logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
      onFound: nothing,
    });
    pruner.start();
    for (let ms = 0; ms < 126_000; ms += 50) {
      clock.advance(50);
      await new Promise(setImmediate);
    }
    await pruner.stop();
    return looks;
  };
  expect(await looksBeside(() => Promise.reject(new Error('away')))).toBe(3);
  expect(await looksBeside(async () => ({ removed: 1, more: true }))).toBe(2);
});

// Promise P29, limits and priority.
it('after the last batch, it looks for runs that no claim would find, and goes on if it could not look', async () => {
  const clock = createFakeClock(0);
  const done: string[] = [];
  const log = (text: string) => () => void done.push(text);
  const looks = [async () => false, async () => true, () => Promise.reject(new Error('away'))];
  const pruner = new Pruner({
    store: {
      prune: async () => ({ removed: 0, more: done.push('pruned') === 1 }),
      findLeftRuns: async () => {
        done.push('looked');
        return (await looks.shift()?.()) ?? false;
      },
    },
    clock,
    retention: { finishedPerJob: 1, skippedPerJob: 1, maxAgeMs: 1, countsMaxAgeMs: 1 },
    logger: { debug: log('debug'), info: log('info'), warn: log('warned'), error: log('error') },
    onFound: log('found'),
  });
  pruner.start();
  for (const ms of [5_000, 50, 60_000, 60_000, 60_000]) {
    clock.advance(ms);
    await new Promise(setImmediate);
  }
  await pruner.stop();
  const [one, two, three] = [
    ['pruned', 'looked'],
    ['pruned', 'looked', 'found'],
    ['pruned', 'looked', 'warned'],
  ];
  expect(done).toEqual(['pruned', ...one, ...two, ...three, ...one]);
});
