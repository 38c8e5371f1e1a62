import { expect, it } from 'vitest';
import { emptyHealthCounts } from '../../core/watching/health.ts';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { createCounts } from './counts.ts';

it('counts the runs of a prefix by hour at most once in 15 seconds, and all else with each read', async () => {
  const clock = createFakeClock(0);
  const asked: (readonly [idPrefix: string | undefined, hours: number])[] = [];
  const countsOf = createCounts({
    clock,
    node: { liveTypes: {} },
    pauseState: { lateFrom: undefined },
    store: {
      countHealth: async () => ({ counts: emptyHealthCounts() }),
      stats: async ({ idPrefix, hours }) => {
        asked.push([idPrefix, hours]);
        const count = asked.length;
        return {
          jobs: { active: count, paused: 0, finished: 0 },
          runs: { queued: 0, held: 0, running: 0 },
          hours: hours === 0 ? [] : [{ hour: 0, status: 'succeeded', count }],
        };
      },
    },
  });
  const first = await countsOf({ idPrefix: 'acme-' }).stored();
  expect(first).toMatchObject({ jobs: { active: 1 }, hours: [{ count: 2 }] });
  expect(await countsOf({ idPrefix: 'acme-' }).stored()).toMatchObject({
    jobs: { active: 3 },
    hours: [{ count: 2 }],
  });
  expect(await countsOf({ idPrefix: 'other-' }).stored()).toMatchObject({
    jobs: { active: 4 },
    hours: [{ count: 5 }],
  });
  expect(await countsOf({}).stored()).toMatchObject({ jobs: { active: 6 }, hours: [{ count: 6 }] });
  clock.advance(15_000);
  expect(await countsOf({ idPrefix: 'acme-' }).stored()).toMatchObject({
    jobs: { active: 7 },
    hours: [{ count: 8 }],
  });
});
