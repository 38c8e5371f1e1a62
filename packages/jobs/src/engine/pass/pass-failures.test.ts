import { expect, it } from 'vitest';
import { StoreError } from '../../core/model/errors.ts';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { PassFailures } from './pass-failures.ts';

const full = new StoreError('full', 'database or disk is full');

it('counts as failing once passes have failed for 5 s, until one succeeds that leaves nothing unwritten', () => {
  const clock = createFakeClock(0);
  const failures = new PassFailures(clock);
  for (let second = 0; second < 5; second += 1) {
    failures.failed(full);
    // One beside it that had nothing to write.
    failures.succeeded({ unwritten: 3 });
    expect(failures.failingMs).toBe(0);
    expect(failures.fault).toBeUndefined();
    clock.advance(1_000);
  }
  failures.failed(full);
  expect(failures.failingMs).toBe(5_000);
  expect(failures.fault).toMatchObject({
    code: 'full',
    message: 'The engine has failed to write and claim runs for 5 s: database or disk is full',
  });
  failures.succeeded({ unwritten: 0 });
  expect(failures.failingMs).toBe(0);
});

it('failures far apart do not add up', () => {
  const clock = createFakeClock(0);
  const failures = new PassFailures(clock);
  for (let n = 0; n < 3; n += 1) {
    failures.failed(full);
    clock.advance(20_000);
  }
  failures.failed(full);
  clock.advance(4_000);
  expect(failures.failingMs).toBe(0);
});
