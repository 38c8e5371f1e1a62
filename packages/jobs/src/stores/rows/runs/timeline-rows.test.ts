import { expect, test } from 'vitest';
import { MOST_RUNS_OF_JOB, type TimelineQuery } from '../../../core/timeline/run-timeline.ts';
import { timelineRows } from './timeline-rows.ts';

const query: TimelineQuery = {
  by: 'job',
  now: 9_000,
  from: 1_000,
  to: 9_000,
  stepMs: 100,
  sort: 'runs',
  limit: 9,
};
const JOB = { id: 'a', name: 'A', type: 'noop', isDeleted: false };
const rowOf = (succeeded: number, running = 0) => {
  const span = { first: 3, last: 3 };
  const [row] = timelineRows({
    query,
    keys: [1],
    counted: [
      { key: 1, node: '', span: { ...span, status: 'succeeded', count: succeeded } },
      { key: 1, node: '', span: { ...span, status: 'running', count: running } },
    ],
    jobs: new Map([[1, JOB]]),
    hours: [
      { key: 1, at: 0, measure: 'succeeded', count: 7 },
      { key: 1, at: 0, measure: 'lateness', count: 5 },
    ],
  });
  return row;
};

test('a row with as many finished runs as one read looks at says since when it has all of them', () => {
  expect(rowOf(MOST_RUNS_OF_JOB - 1, 5)).not.toHaveProperty('countedFrom');
  expect(rowOf(MOST_RUNS_OF_JOB)).toMatchObject({ countedFrom: 1_300 });
});

test('pruned runs count once: their lateness is no run', () => {
  expect(rowOf(2)).toMatchObject({
    counts: { succeeded: 9 },
    hours: [{ at: 0, status: 'succeeded', count: 7 }],
  });
});
