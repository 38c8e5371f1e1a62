import { expect, it } from 'vitest';
import { createFakeClock } from '../../testing/index.ts';
import { PassLoop } from './pass-loop.ts';

/** A loop whose passes end when they are told to. */
function setUp({ atOnce }: { readonly atOnce: number }) {
  const clock = createFakeClock(0);
  const passes: PromiseWithResolvers<number>[] = [];
  const loop = new PassLoop(clock);
  const end = async (n: number, sleepMs: number) => {
    passes[n]?.resolve(sleepMs);
    await new Promise((resolve) => setImmediate(resolve));
  };
  loop.start({
    nextPass: { minGapMs: (lastPassMs) => lastPassMs, maxAtOnce: atOnce },
    pass() {
      const pass = Promise.withResolvers<number>();
      passes.push(pass);
      return pass.promise;
    },
    failed: () => undefined,
  });
  clock.advance(0);
  return { clock, loop, passes, end };
}

// Promise P20, isolation.
it('leaves a gap after a pass that depends on how long the pass took', async () => {
  const { clock, loop, passes, end } = setUp({ atOnce: 1 });
  clock.advance(7);
  await end(0, 0);
  clock.advance(6);
  expect(passes).toHaveLength(1);
  clock.advance(1);
  expect(passes).toHaveLength(2);
  await end(1, 1_000);
  loop.wake();
  clock.advance(0);
  expect(passes).toHaveLength(3);
});

it('begins what was asked for during a pass after it, or beside it where two may be under way', async () => {
  for (const atOnce of [1, 2]) {
    const { clock, loop, passes, end } = setUp({ atOnce });
    loop.wake();
    clock.advance(0);
    expect(passes).toHaveLength(atOnce);
    await end(0, 1_000);
    clock.advance(0);
    expect(passes).toHaveLength(2);
  }
});
