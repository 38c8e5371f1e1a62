import { expect, it } from 'vitest';
import { createFakeClock } from '../../../testing/fake-clock.ts';
import { DatabaseClock } from './database-clock.ts';

const T0 = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

function learned() {
  const process = createFakeClock(0);
  const clock = new DatabaseClock(process);
  clock.learn({ askedAt: 0, answeredAt: 2, now: T0 });
  return { process, clock };
}

// Promise P17, clock.
it('follows the monotonic clock between two answers of the database', () => {
  const { process, clock } = learned();
  process.advance(1_000);
  process.set(T0 + HOUR);
  expect(Math.abs(clock.now() - (T0 + 999))).toBeLessThanOrEqual(1);
});

// Promise P17, clock.
it('a slow answer changes the time only a little', () => {
  const { process, clock } = learned();
  process.advance(10_000);
  const before = clock.now();
  // The database read its clock just before the answer, or just after the question. Both fit the known time.
  clock.learn({ askedAt: 5_000, answeredAt: 10_000, now: T0 + 5_001 });
  clock.learn({ askedAt: 5_000, answeredAt: 10_000, now: T0 + 9_998 });
  expect(clock.now()).toBe(before);
});

// Promise P17, clock.
it('follows the database when its clock jumps, in both directions', () => {
  const { process, clock } = learned();
  for (const jump of [HOUR, -HOUR]) {
    process.advance(1_000);
    const at = process.monotonic();
    clock.learn({ askedAt: at - 2, answeredAt: at, now: T0 + jump });
    expect(Math.abs(clock.now() - (T0 + jump))).toBeLessThanOrEqual(3);
  }
});
