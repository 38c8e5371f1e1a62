import { expect, test } from 'vitest';
import { MOST_FAILURES } from '../../../core/store/failure-views.ts';
import { groupPage } from './failure-groups.ts';

const page = (counts: readonly number[]) =>
  groupPage(
    counts.map((count, n) => ({
      fingerprint: String(n),
      count,
      jobCount: 1,
      firstAt: 1_000 + n,
      lastAt: 2_000,
      sample: n,
    })),
    { sort: 'count', limit: 1, after: undefined },
  );

// Promise P41, run records.
test('a read that counted as many failed runs as it may says since when, for groups of other pages, too', () => {
  expect(page([10, MOST_FAILURES - 11])).not.toHaveProperty('countedFrom');
  expect(page([10, MOST_FAILURES - 10])).toMatchObject({
    runCount: MOST_FAILURES,
    countedFrom: 1_000,
    rows: [{ fingerprint: '1' }],
  });
});
