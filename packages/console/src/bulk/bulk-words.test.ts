import type { BulkCommand } from '@greenvue/jobs/client';
import { expect, test } from 'vitest';
import { isOver, itemsText, progressText, resultText } from './bulk-words.ts';

const COMMAND: BulkCommand = {
  id: '1',
  target: 'jobs',
  action: 'pause',
  status: 'running',
  total: 1_200,
  done: 2,
  failed: 1,
  failures: [],
  created_at: '2026-01-31T09:00:00.000Z',
  created_by: null,
  ended_at: null,
  cancelled_by: null,
};

test('counts of jobs and runs use singular and plural', () => {
  expect([0, 1, 1_234].map((count) => itemsText('jobs', count))).toEqual(['0 jobs', '1 job', '1,234 jobs']);
  expect(itemsText('runs', 1)).toBe('1 run');
});

test('the progress counts what was changed and what failed', () => {
  expect(progressText(COMMAND)).toBe('Pausing 3 of 1,200 jobs');
  expect(progressText({ ...COMMAND, status: 'cancelling' })).toBe(
    'Cancel requested. Pausing 3 of 1,200 jobs',
  );
  expect([COMMAND, { ...COMMAND, status: 'cancelled' as const }].map(isOver)).toEqual([false, true]);
});

test('the result says how many were changed, failed and left', () => {
  const whole = { ...COMMAND, status: 'finished', total: 1, done: 1, failed: 0 } as const;
  expect(resultText(whole)).toBe('1 job paused.');
  expect(resultText({ ...COMMAND, status: 'cancelled' })).toBe('2 jobs paused, 1 failed, 1,197 not changed.');
  expect(resultText({ ...COMMAND, target: 'runs', action: 'retry', status: 'interrupted', total: 3 })).toBe(
    '2 runs retried, 1 failed. The server stopped before the end. Start the command again for the rest.',
  );
});
