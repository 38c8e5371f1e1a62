import type { Run } from '@greenvue/jobs/client';
import { describe, expect, test } from 'vitest';
import { exampleError, exampleRun } from '../../../test/examples.ts';
import { attemptText, causeLine, errorLine, stacksText, triggerText, waitedMs } from './run-words.ts';

const queued = (fields: Partial<Run> = {}): Run =>
  exampleRun({ status: 'queued', attempt: 0, started_at: null, finished_at: null, ...fields });

test('an error without a message shows its name', () => {
  expect(errorLine({ name: 'AbortError', message: ' ' })).toBe('AbortError');
});

test('attempts', () => {
  expect(attemptText(exampleRun({ attempt: 2 }), 3)).toBe('2 of 3');
  expect(attemptText(exampleRun({ attempt: 2 }), undefined)).toBe('2');
  expect(attemptText(exampleRun({ attempt: 4 }), 3)).toBe('4');
  expect(attemptText(queued(), 3)).toBe('none yet');
  expect(attemptText(exampleRun({ status: 'skipped', attempt: 0 }), 3)).toBe('none');
});

test('the trigger of a run', () => {
  const run = exampleRun({ trigger: 'manual', retry_of: null });
  expect(triggerText(run)).toBe('Manual');
  expect(triggerText({ ...run, job_id: 'enqueued.mails', type: 'mails' })).toBe('Enqueued');
  expect(triggerText({ ...run, retry_of: '1' })).toBe('Manual retry');
  expect(triggerText({ ...run, trigger: 'schedule' })).toBe('Schedule');
});

test('the wait of a run lasts from its slot to its start, if known', () => {
  const run = exampleRun({ queued_at: '2026-01-31T08:59:59.900Z', started_at: '2026-01-31T09:00:00.250Z' });
  expect(waitedMs(run)).toBe(250);
  expect(waitedMs({ ...run, errors: [exampleError()] })).toBeUndefined();
  expect(waitedMs(queued())).toBeUndefined();
});

describe('the causes of an error', () => {
  const cause = { depth: 1, name: 'Error', message: 'refused\nby the server', code: null, stack: null };

  test('have a line each, with a code if the message lacks it', () => {
    expect(causeLine(cause)).toBe('Error: refused');
    expect(causeLine({ ...cause, code: 'ECONNREFUSED' })).toBe('Error: refused (ECONNREFUSED)');
    expect(causeLine({ ...cause, message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' })).toBe(
      'Error: connect ECONNREFUSED',
    );
  });

  test('are below the stack', () => {
    const causes = [{ ...cause, stack: 'Error: refused\n at y' }, cause];
    expect(stacksText({ stack: 'TypeError: fetch failed\n at x', causes })).toBe(
      'TypeError: fetch failed\n at x\n\nCaused by Error: refused\n at y\n\nCaused by Error: refused',
    );
  });
});
