import { expect, it } from 'vitest';
import type { Clock } from '../core/clock.ts';
import type { JobStore } from '../core/store.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { Pruner } from './prune.ts';

it('a pruner that was started twice stops at once, and as a whole', async () => {
  const fake = createFakeClock(0);
  let timers = 0;
  const clock: Clock = {
    ...fake,
    setTimer(ms, fire) {
      timers += 1;
      return fake.setTimer(ms, fire);
    },
  };
  const nothing = () => undefined;
  const pruner = new Pruner({
    store: {} as JobStore,
    clock,
    retention: { finishedPerJob: 1, skippedPerJob: 1, maxAgeMs: 1, countsMaxAgeMs: 1 },
    logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  });
  pruner.start();
  pruner.start();
  expect(timers).toBe(1);
  await pruner.stop();
});
