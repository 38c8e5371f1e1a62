import { runJson } from '@greenvue/jobs/http';
import { expect, test } from 'vitest';
import { slotText } from '../src/runs/run-words.ts';

const SLOT = Date.UTC(2026, 0, 31, 9);

test('a retry by hand is shown with the slot that it runs again, and without one if it has none', () => {
  const run = {
    id: '18',
    jobUid: '1',
    trigger: 'manual',
    retryOf: '17',
    catchUp: false,
    missed: 0,
    queuedAt: SLOT,
    status: 'succeeded',
    attempt: 1,
    recoveries: 0,
    finishedAt: SLOT,
    errors: [],
  } as const;
  const text = (more: { readonly scheduledFor?: number }) =>
    slotText(runJson({ run: { ...run, ...more }, jobId: 'nightly', jobName: 'Nightly', type: 'report' }));
  expect(text({ scheduledFor: SLOT })).toBe('2026-01-31 09:00:00Z, retry of 17');
  expect(text({})).toBe('retry of 17');
});
