import { expect, test } from 'vitest';
import { createEventSampler } from './event-sampler.ts';

function create() {
  const time = { now: 1_000 };
  const bounds = { bad: { inAll: 5, perKey: [2] }, good: { inAll: 100, perKey: [2, 1] } };
  return { time, sampler: createEventSampler(bounds, { now: () => time.now }) };
}

test('takes a bounded number of events per key and per kind in a minute, and counts the others', () => {
  const { sampler, time } = create();
  const taken = [1, 1, 1, 2, 2, 2, 3, 3].map((key) => sampler.takes('bad', [`address ${key}`]));
  expect(taken).toEqual([true, true, false, true, true, false, true, false]);
  expect(sampler.takes('good', ['address 1'])).toBe(true);
  expect(sampler.leftOut()).toEqual([]);
  time.now += 60_000;
  expect(sampler.leftOut()).toEqual([{ kind: 'bad', count: 3, from: 1_000, until: 61_000 }]);
  expect(sampler.leftOut()).toEqual([]);
  expect(sampler.takes('bad', ['address 1'])).toBe(true);
});

test('an event with two keys counts for both, each with its bound', () => {
  const { sampler } = create();
  for (const other of ['a', 'b']) expect(sampler.takes('good', ['account', other])).toBe(true);
  expect(sampler.takes('good', ['account', 'c'])).toBe(false);
  expect(sampler.takes('good', ['another', 'c'])).toBe(true);
  expect(sampler.takes('good', ['another', 'c'])).toBe(false);
});

test('counts of an earlier minute are returned in the next one; at the end all counts are returned', () => {
  const { sampler, time } = create();
  for (let n = 0; n < 3; n += 1) sampler.takes('bad', ['a']);
  time.now += 90_000;
  for (let n = 0; n < 4; n += 1) sampler.takes('bad', ['a']);
  expect(sampler.leftOut()).toMatchObject([{ count: 1, from: 1_000 }]);
  expect(sampler.leftOut('all')).toMatchObject([{ count: 2, from: 91_000 }]);
});

test('a clock that jumps back begins a new minute', () => {
  const { sampler, time } = create();
  for (let n = 0; n < 3; n += 1) sampler.takes('bad', ['a']);
  time.now -= 3_600_000;
  expect(sampler.takes('bad', ['a'])).toBe(true);
});
