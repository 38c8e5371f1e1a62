import { expect, test } from 'vitest';
import { type ManualTimers, manualTimers } from '../../test/manual-timers.ts';
import {
  BATCH_MS,
  createRefetchBatcher,
  MAX_OF_A_KIND,
  MIN_INTERVAL_MS,
  type RefetchBatcherDeps,
} from './refetch-batcher.ts';

/** A batcher whose reads take `readMs`, and the time when each read started. */
function batcherWith(
  timers: ManualTimers,
  options: Partial<RefetchBatcherDeps> & { readonly readMs?: number } = {},
) {
  const { readMs = 0, ...deps } = options;
  const readings: string[] = [];
  const batcher = createRefetchBatcher({
    ...timers,
    refetch: (key) => {
      readings.push(`${timers.now()} ${key.join(' ')}`);
      return new Promise<void>((resolve) => void timers.setTimer(resolve, readMs));
    },
    ...deps,
  });
  return { batcher, readings };
}

test('keys that become stale soon after each other are read together', async () => {
  const timers = manualTimers();
  const { batcher, readings } = batcherWith(timers);
  batcher.add([['jobs'], ['run', '1']]);
  await timers.advance(40);
  batcher.add([['jobs'], ['run', '2']]);
  expect(readings).toEqual([]);
  await timers.advance(400);
  expect(readings).toEqual([`${BATCH_MS} jobs`, `${BATCH_MS} run 1`, `${BATCH_MS + 40} run 2`]);
});

test('many events read a key at most once per interval', async () => {
  const timers = manualTimers();
  const { batcher, readings } = batcherWith(timers);
  for (let event = 0; event < 1_000; event += 1) {
    batcher.add([['jobs']]);
    await timers.advance(2);
  }
  const most = Math.ceil(2_000 / MIN_INTERVAL_MS);
  expect(readings.length).toBeGreaterThanOrEqual(most - 2);
  expect(readings.length).toBeLessThanOrEqual(most);
});

test('a key that becomes stale during its read is read again', async () => {
  const timers = manualTimers();
  const { batcher, readings } = batcherWith(timers, { readMs: 50 });
  batcher.add([['jobs']]);
  await timers.advance(160);
  batcher.add([['jobs']]);
  await timers.advance(1_000);
  expect(readings).toHaveLength(2);
});

test('a slow read is followed by an equal pause', async () => {
  const timers = manualTimers();
  const { batcher, readings } = batcherWith(timers, { readMs: 1_000 });
  batcher.add([['jobs']]);
  await timers.advance(200);
  batcher.add([['jobs']]);
  await timers.advance(10_000);
  expect(readings).toEqual([`${BATCH_MS} jobs`, `${BATCH_MS + 2_000} jobs`]);
});

test('a failed read does not stop later reads', async () => {
  const timers = manualTimers();
  const { batcher, readings } = batcherWith(timers, {
    refetch: (key) => {
      readings.push(String(key[0]));
      return Promise.reject(new Error('no answer'));
    },
  });
  batcher.add([['jobs']]);
  await timers.advance(500);
  batcher.add([['jobs']]);
  await timers.advance(500);
  expect(readings).toEqual(['jobs', 'jobs']);
});

test('a key may have a longer interval', async () => {
  const timers = manualTimers();
  const { batcher, readings } = batcherWith(timers, {
    minIntervalMs: ([name]) => (name === 'stats' ? 1_000 : 250),
  });
  for (let event = 0; event < 40; event += 1) {
    batcher.add([['stats']]);
    await timers.advance(50);
  }
  expect(readings).toEqual([`${BATCH_MS} stats`, `${BATCH_MS + 1_000} stats`]);
});

test('a hidden tab collects keys and reads them when it is shown', async () => {
  const timers = manualTimers();
  const { batcher, readings } = batcherWith(timers);
  batcher.setPaused(true);
  batcher.add([['jobs']]);
  await timers.advance(60_000);
  batcher.add([['jobs']]);
  expect(readings).toEqual([]);
  batcher.setPaused(false);
  await timers.advance(0);
  expect(readings).toEqual(['60000 jobs']);
});

test('many keys of a kind are read as one', async () => {
  const timers = manualTimers();
  const { batcher, readings } = batcherWith(timers);
  for (let run = 0; run <= MAX_OF_A_KIND; run += 1)
    batcher.add([
      ['run', String(run)],
      ['job', 'a'],
    ]);
  await timers.advance(1_000);
  expect(readings).toEqual([`${BATCH_MS} job a`, `${BATCH_MS} run`]);
  batcher.add([['run', '7']]);
  await timers.advance(1_000);
  expect(readings.slice(2)).toEqual([`${1_000 + BATCH_MS} run 7`]);
});

test('a long hidden time with many runs leaves few reads', async () => {
  const timers = manualTimers();
  const { batcher, readings } = batcherWith(timers);
  batcher.setPaused(true);
  for (let run = 0; run < 5_000; run += 1) batcher.add([['run', String(run)]]);
  batcher.setPaused(false);
  await timers.advance(10_000);
  expect(readings).toEqual([`${BATCH_MS} run`]);
});

test('many events for many runs set no more timers than reads', async () => {
  const timers = manualTimers();
  let set = 0;
  const { batcher } = batcherWith(timers, {
    setTimer: (run, ms) => {
      set += 1;
      return timers.setTimer(run, ms);
    },
  });
  for (let event = 0; event < 1_000; event += 1) {
    batcher.add([['jobs'], ['run', String(event)]]);
    await timers.advance(1);
  }
  expect(set).toBeLessThan(40);
});

test('clearing leaves no timer', async () => {
  const timers = manualTimers();
  const { batcher } = batcherWith(timers);
  batcher.add([['jobs']]);
  batcher.clear();
  expect(timers.waiting()).toBe(0);
});
