import { expect, test } from 'vitest';
import { createLoginThrottle } from './login-throttle.ts';

function create(failures = 3) {
  const time = { now: 0 };
  return { time, throttle: createLoginThrottle({ failures, clock: { now: () => time.now } }) };
}

test('after too many failures from one address an account waits, and is told how long', () => {
  const { throttle, time } = create();
  for (let attempt = 0; attempt < 3; attempt += 1) expect(throttle.enter('a@x.y', '1.1.1.1')).toBeUndefined();
  time.now = 60_000;
  expect(throttle.enter('a@x.y', '1.1.1.1')).toBe(14 * 60);
  time.now = 15 * 60_000;
  expect(throttle.enter('a@x.y', '1.1.1.1')).toBeUndefined();
});

test('a stranger does not lock the owner of an account out', () => {
  const { throttle } = create();
  for (let attempt = 0; attempt < 5; attempt += 1) throttle.enter('a@x.y', '6.6.6.6');
  expect(throttle.enter('a@x.y', '1.1.1.1')).toBeUndefined();
});

test('one e-mail from many addresses and many e-mails from one address are bounded as well', () => {
  const { throttle } = create();
  for (let n = 0; n < 30; n += 1) throttle.enter('a@x.y', `1.1.1.${n}`);
  expect(throttle.enter('a@x.y', '2.2.2.2')).toBeDefined();
  for (let n = 0; n < 30; n += 1) throttle.enter(`${n}@x.y`, '3.3.3.3');
  expect(throttle.enter('new@x.y', '3.3.3.3')).toBeDefined();
});

test('logins that succeed count for nothing', () => {
  const { throttle } = create();
  for (let attempt = 0; attempt < 100; attempt += 1) {
    expect(throttle.enter('a@x.y', '1.1.1.1')).toBeUndefined();
    throttle.succeeded('a@x.y', '1.1.1.1');
  }
});

test('attempts that are under way at once count before any has failed', () => {
  const { throttle } = create(1);
  expect(throttle.enter('a@x.y', '1.1.1.1')).toBeUndefined();
  expect(throttle.enter('a@x.y', '1.1.1.1')).toBeDefined();
});
