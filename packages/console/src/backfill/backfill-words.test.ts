import type { Backfill } from '@greenvue/jobs/client';
import { expect, test } from 'vitest';
import { leftOutText, progressText } from './backfill-words.ts';

const backfill: Backfill = {
  id: '4711',
  job_id: 'nightly',
  status: 'running',
  from: '2026-01-24T00:00:00.000Z',
  to: '2026-01-31T00:00:00.000Z',
  only_missing: true,
  slots: 7,
  waiting: 3,
  runs: { queued: 0, running: 1, succeeded: 2, failed: 1, cancelled: 0 },
  created_at: '2026-01-31T08:00:00.000Z',
  created_by: 'user:1',
  cancelled_at: null,
};

test('the progress of a backfill names how its slots ended, and what runs', () => {
  expect(progressText(backfill)).toBe('3 of 7 slots done: 2 succeeded, 1 failed. 1 running.');
  const begins = { ...backfill, waiting: 7, runs: { ...backfill.runs, running: 0, succeeded: 0, failed: 0 } };
  expect(progressText(begins)).toBe('0 of 7 slots done.');
});

test('slots that a cancelled backfill never ran are dropped', () => {
  const runs = { queued: 0, running: 0, succeeded: 2, failed: 0, cancelled: 1 };
  expect(progressText({ ...backfill, status: 'cancelled', waiting: 0, runs })).toBe(
    '7 of 7 slots done: 2 succeeded, 1 cancelled, 4 dropped.',
  );
});

test('a plan says why slots get no run', () => {
  const plan = {
    id: null,
    job_id: 'nightly',
    from: backfill.from,
    to: backfill.to,
    only_missing: true,
    slots: 1,
    first: [],
    history_from: null,
  };
  expect(leftOutText({ ...plan, left_out: { succeeded: 0, live: 0, waiting: 0, blackout: 0 } })).toBe('');
  expect(leftOutText({ ...plan, left_out: { succeeded: 1_200, live: 1, waiting: 2, blackout: 0 } })).toBe(
    'Of the other slots, 1,200 succeeded, 1 has a live run, 2 wait in another backfill.',
  );
  const none = { ...plan, slots: 0 };
  expect(leftOutText({ ...none, left_out: { succeeded: 96, live: 0, waiting: 0, blackout: 0 } })).toBe(
    'All 96 slots succeeded.',
  );
  expect(leftOutText({ ...none, left_out: { succeeded: 1, live: 0, waiting: 0, blackout: 0 } })).toBe(
    'Its only slot succeeded.',
  );
  expect(leftOutText({ ...none, left_out: { succeeded: 2, live: 1, waiting: 0, blackout: 0 } })).toBe(
    'Of these slots, 2 succeeded, 1 has a live run.',
  );
});
