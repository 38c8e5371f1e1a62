import { expect, it } from 'vitest';
import { createVacuum } from './vacuum.ts';

function rig() {
  let now = 1_000;
  const underWay: { end(ms: number): Promise<void>; fail(ms: number): Promise<void> }[] = [];
  const vacuum = createVacuum({
    monotonic: () => now,
    vacuum() {
      const done = Promise.withResolvers<void>();
      const after = (settle: () => void) => async (ms: number) => {
        now += ms;
        settle();
        await done.promise.catch(() => undefined);
      };
      underWay.push({ end: after(done.resolve), fail: after(() => done.reject(new Error('lost'))) });
      return done.promise;
    },
  });
  return { vacuum, underWay, pass: (ms: number) => (now += ms) };
}

it('places are made free after 50,000 settlements, and again after as many', async () => {
  const { vacuum, underWay, pass } = rig();
  vacuum.settled(49_999);
  expect(underWay).toHaveLength(0);
  vacuum.settled(1);
  expect(underWay).toHaveLength(1);
  // Not twice at once.
  vacuum.settled(60_000);
  expect(underWay).toHaveLength(1);
  await underWay[0]?.end(100);
  // Nor more often than for a fiftieth of the time.
  pass(4_999);
  vacuum.settled(1);
  expect(underWay).toHaveLength(1);
  pass(1);
  vacuum.settled(1);
  expect(underWay).toHaveLength(2);
});

it('one that fails is as long a while ago as one that does not', async () => {
  const { vacuum, underWay, pass } = rig();
  vacuum.settled(50_000);
  await underWay[0]?.fail(1_000);
  vacuum.settled(50_000);
  pass(49_999);
  vacuum.settled(1);
  expect(underWay).toHaveLength(1);
  pass(1);
  vacuum.settled(1);
  expect(underWay).toHaveLength(2);
});
