import { expect, test } from 'vitest';
import { queryKeys } from '../data/queries/query-keys.ts';
import { minIntervalMs } from './min-interval.ts';
import { MIN_INTERVAL_MS } from './refetch-batcher.ts';

test('expensive keys have longer intervals', () => {
  expect(minIntervalMs(queryKeys.run('7'))).toBe(MIN_INTERVAL_MS);
  expect(minIntervalMs(queryKeys.stats())).toBe(1_000);
  expect(minIntervalMs(queryKeys.runLogs('7'))).toBe(1_000);
  expect(minIntervalMs(queryKeys.topJobs())).toBe(5_000);
  expect(minIntervalMs(queryKeys.timeline({ time: 1 }))).toBe(5_000);
  expect(minIntervalMs(queryKeys.forecast({ hours: 24 }))).toBe(5_000);
  expect(minIntervalMs(queryKeys.failures({ hours: 24 }))).toBe(5_000);
});
