import { expect, it } from 'vitest';
import type { Clock } from '../core/clock.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { Pruner } from './prune.ts';

it('a pruner that was started twice is one, and prunes nothing once it was stopped', async () => {
  const fake = createFakeClock(0);
  let timers = 0;
  let pruned = 0;
  const clock: Clock = {
    ...fake,
    setTimer(ms, fire) {
      timers += 1;
      return fake.setTimer(ms, fire);
    },
  };
  const nothing = () => undefined;
  const pruner = new Pruner({
    store: {
      prune: async () => {
        pruned += 1;
        return { removed: 0, more: false };
      },
    },
    clock,
    retention: { finishedPerJob: 1, skippedPerJob: 1, maxAgeMs: 1, countsMaxAgeMs: 1 },
    logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  });
  pruner.start();
  pruner.start();
  expect(timers).toBe(1);
  await pruner.stop();
  fake.advance(600_000);
  expect(pruned).toBe(0);
});
