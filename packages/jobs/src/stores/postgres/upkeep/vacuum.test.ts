import { expect, it } from 'vitest';
import { Vacuum } from './vacuum.ts';

function rig() {
  let now = 1_000;
  const underWay: { end(ms: number): Promise<void>; fail(ms: number): Promise<void> }[] = [];
  const vacuum = new Vacuum({ monotonic: () => now }, () => {
    const done = Promise.withResolvers<void>();
    const after = (settle: () => void) => async (ms: number) => {
      now += ms;
      settle();
      await done.promise.catch(() => undefined);
    };
    underWay.push({ end: after(done.resolve), fail: after(() => done.reject(new Error('lost'))) });
    return done.promise;
  });
  return { vacuum, underWay, pass: (ms: number) => (now += ms) };
}

it('starts after 50,000 settlements, and only one runs at a time', () => {
  const { vacuum, underWay } = rig();
  vacuum.settled(49_999);
  expect(underWay).toHaveLength(0);
  vacuum.settled(1);
  expect(underWay).toHaveLength(1);
  vacuum.settled(60_000);
  expect(underWay).toHaveLength(1);
});

it.each(['end', 'fail'] as const)('takes a fiftieth of the time at most, also if vacuums %s', async (how) => {
  const { vacuum, underWay, pass } = rig();
  vacuum.settled(50_000);
  await underWay[0]?.[how](100);
  vacuum.settled(50_000);
  pass(4_999);
  vacuum.settled(1);
  expect(underWay).toHaveLength(1);
  pass(1);
  vacuum.settled(1);
  expect(underWay).toHaveLength(2);
});

it('starts to count again after each vacuum', async () => {
  const { vacuum, underWay, pass } = rig();
  vacuum.settled(60_000);
  await underWay[0]?.end(100);
  pass(5_000);
  vacuum.settled(49_999);
  expect(underWay).toHaveLength(1);
});
