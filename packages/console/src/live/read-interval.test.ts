import { expect, test } from 'vitest';
import { queryKeys } from '../data/query-keys.ts';
import { MIN_GAP_MS } from './gather.ts';
import { gapOf } from './read-interval.ts';

test('what takes the server long, or nobody reads so fast, is read less often', () => {
  expect(gapOf(queryKeys.run('7'))).toBe(MIN_GAP_MS);
  expect(gapOf(queryKeys.stats())).toBe(1_000);
  expect(gapOf(queryKeys.runLogs('7'))).toBe(1_000);
  expect(gapOf(queryKeys.topJobs())).toBe(5_000);
});
