import type { Run } from '@greenvue/jobs/client';
import { runJson } from '@greenvue/jobs/http';
import { expect, test } from 'vitest';
import { payloadText, slotText } from '../src/runs/run-words.ts';

const SLOT = Date.UTC(2026, 0, 31, 9);

test('the payload of a run is shown as its own, as that of a version of the job, or as the current one of the job', () => {
  const run = exampleRun();
  expect(payloadText({ ...run, payload: null })).toBe('');
  const textOf = (more: Partial<Run>) => payloadText({ ...run, payload: { n: 1 }, ...more });
  expect(textOf({ payload_is_own: true })).toBe('{"n":1} (for this run only)');
  expect(textOf({ payload_is_own: false, job_version: 3 })).toBe(
    '{"n":1} (the payload of version 3 of the job)',
  );
  expect(textOf({ payload_is_own: false, job_version: null })).toBe(
    '{"n":1} (the current payload of the job)',
  );
});

test('a retry by hand is shown with the slot that it runs again, and without one if it has none', () => {
  expect(slotText(exampleRun({ scheduledFor: SLOT }))).toBe('2026-01-31 09:00:00Z, retry of 17');
  expect(slotText(exampleRun())).toBe('retry of 17');
});

function exampleRun(more: { readonly scheduledFor?: number } = {}): Run {
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
  return runJson({ run: { ...run, ...more }, jobId: 'nightly', jobName: 'Nightly', type: 'report' });
}
