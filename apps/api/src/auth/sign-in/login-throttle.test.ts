import { describe, expect, test } from 'vitest';
import { createLoginThrottle } from './login-throttle.ts';

const EMAIL = 'a@x.y';
const WINDOW_MS = 15 * 60_000;

function create(failures = 3) {
  const time = { now: 0 };
  const throttle = createLoginThrottle({ failures, clock: { now: () => time.now } });
  /** Records this many failures for the account, each from another network. */
  const attack = (attempts: number) => {
    for (let n = 0; n < attempts; n += 1) throttle.enter(EMAIL, `66.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);
  };
  return { time, throttle, attack };
}

test('after too many failures from one address an account waits, and is told how long', () => {
  const { throttle, time } = create();
  for (let attempt = 0; attempt < 3; attempt += 1) expect(throttle.enter(EMAIL, '1.1.1.1')).toBeUndefined();
  time.now = 60_000;
  expect(throttle.enter(EMAIL, '1.1.1.1')).toBe(14 * 60);
  time.now = WINDOW_MS;
  expect(throttle.enter(EMAIL, '1.1.1.1')).toBeUndefined();
});

test('a stranger does not lock the owner of an account out', () => {
  const { throttle } = create();
  for (let attempt = 0; attempt < 5; attempt += 1) throttle.enter(EMAIL, '6.6.6.6');
  expect(throttle.enter(EMAIL, '1.1.1.1')).toBeUndefined();
});

test('the addresses of one IPv6 /64 count as one, the next /64 for itself', () => {
  const { throttle } = create();
  for (let n = 1; n <= 3; n += 1)
    expect(throttle.enter(EMAIL, `2001:db8:0:1:${n}:${n}::${n}`)).toBeUndefined();
  expect(throttle.enter(EMAIL, '2001:db8:0:1::99')).toBe(15 * 60);
  expect(throttle.enter(EMAIL, '2001:db8:0:2::1')).toBeUndefined();
});

test('many e-mails from one address are refused', () => {
  const { throttle } = create();
  for (let n = 0; n < 30; n += 1) throttle.enter(`${n}@x.y`, '3.3.3.3');
  expect(throttle.enter('new@x.y', '3.3.3.3')).toBe(15 * 60);
});

describe('an account whose password many networks guess', () => {
  test('makes a stranger wait a moment, then lets them in, even when others try meanwhile', () => {
    const { throttle, time, attack } = create();
    attack(30);
    expect(throttle.enter(EMAIL, '1.1.1.1')).toBe(1);
    attack(100);
    time.now += 999;
    expect(throttle.enter(EMAIL, '1.1.1.1')).toBe(1);
    time.now += 1;
    expect(throttle.enter(EMAIL, '1.1.1.1')).toBeUndefined();
    // One try for each wait.
    expect(throttle.enter(EMAIL, '1.1.1.1')).toBeDefined();
  });

  test('makes strangers wait longer the more failures there are, up to 30 seconds', () => {
    const { throttle, time } = create();
    const waits: number[] = [];
    for (let n = 0; n < 240; n += 1) {
      // Each waits for its turn, as a patient attacker does.
      const address = `66.0.${n >> 8}.${n & 255}`;
      const wait = throttle.enter(EMAIL, address) ?? 0;
      waits.push(wait);
      time.now += wait * 1000;
      if (wait > 0) expect(throttle.enter(EMAIL, address)).toBeUndefined();
      // So that the window of 15 minutes does not end meanwhile.
      time.now -= wait * 1000;
    }
    expect([...new Set(waits)]).toEqual([0, 1, 2, 4, 8, 16, 30]);
    expect(waits.indexOf(1)).toBe(30);
    expect(waits.indexOf(2)).toBe(60);
  });

  test('lets in at once the networks from which its owner signed in before, with the usual bound of failures', () => {
    const { throttle, attack } = create();
    throttle.enter(EMAIL, '1.1.1.1');
    throttle.succeeded(EMAIL, '1.1.1.1');
    attack(1_000);
    for (let n = 0; n < 3; n += 1) expect(throttle.enter(EMAIL, '1.1.1.1')).toBeUndefined();
    expect(throttle.enter(EMAIL, '1.1.1.1')).toBe(15 * 60);
  });

  test('forgets a network 30 days after its last login', () => {
    const { throttle, time, attack } = create();
    throttle.enter(EMAIL, '1.1.1.1');
    throttle.succeeded(EMAIL, '1.1.1.1');
    time.now += 30 * 86_400_000;
    attack(30);
    expect(throttle.enter(EMAIL, '1.1.1.1')).toBe(1);
  });
});

test('an owner whose network fails at many accounts still gets in where they are known', () => {
  const { throttle } = create();
  throttle.enter(EMAIL, '3.3.3.3');
  throttle.succeeded(EMAIL, '3.3.3.3');
  for (let n = 0; n < 30; n += 1) throttle.enter(`${n}@x.y`, '3.3.3.3');
  expect(throttle.enter('new@x.y', '3.3.3.3')).toBeDefined();
  expect(throttle.enter(EMAIL, '3.3.3.3')).toBeUndefined();
});

test('logins that succeed count for nothing', () => {
  const { throttle } = create();
  for (let attempt = 0; attempt < 100; attempt += 1) {
    expect(throttle.enter(EMAIL, '1.1.1.1')).toBeUndefined();
    throttle.succeeded(EMAIL, '1.1.1.1');
  }
});

test('attempts that are under way at once count before any has failed', () => {
  const { throttle } = create(1);
  expect(throttle.enter(EMAIL, '1.1.1.1')).toBeUndefined();
  expect(throttle.enter(EMAIL, '1.1.1.1')).toBeDefined();
});
