import type { JobEvent } from '@greenvue/jobs/client';
import { expect, test } from 'vitest';
import { LIVE_KEYS, staleKeys } from './stale-keys.ts';

function event(type: JobEvent['type'], runId: string | null = '7'): JobEvent {
  return {
    id: 'x-1',
    at: '2026-01-01T00:00:00.000Z',
    type,
    job_id: 'mail',
    run_id: runId,
    count: null,
    reason: null,
    by: null,
    error: null,
    data: null,
  };
}

test('progress makes a run stale but no job', () => {
  expect(staleKeys(event('run.progress'))).toEqual([['runs'], ['run', '7'], ['run-logs', '7']]);
});

test('the end of a run makes its job stale, too', () => {
  const keys = staleKeys(event('run.failed'));
  for (const key of [['jobs'], ['top-jobs'], ['job', 'mail'], ['stats'], ['runs'], ['run', '7']])
    expect(keys).toContainEqual(key);
  expect(keys).not.toContainEqual(['run']);
});

test('only runs that failed make the causes of failures stale', () => {
  expect(staleKeys(event('run.failed'))).toContainEqual(['failures']);
  expect(staleKeys(event('run.succeeded'))).not.toContainEqual(['failures']);
});

test('a coalesced event makes all shown runs stale', () => {
  expect(staleKeys(event('runs.coalesced', null))).toContainEqual(['run']);
});

test('an edit makes the audit log stale', () => {
  expect(staleKeys(event('job.updated', null))).toContainEqual(['audit']);
});

test('a reset covers everything that events make stale', () => {
  const types = [
    'job.created',
    'job.deleted',
    'job.paused',
    'run.queued',
    'run.progress',
    'runs.coalesced',
  ] as const;
  for (const key of types.flatMap((type) => staleKeys(event(type)))) {
    expect(LIVE_KEYS.some((live) => live.every((part, index) => part === key[index]))).toBe(true);
  }
});

test('runs that somebody asked for or cancelled make the audit log stale, other runs do not', () => {
  for (const type of ['run.queued', 'run.cancelled'] as const) {
    expect(staleKeys({ ...event(type), by: 'user:1' })).toContainEqual(['audit']);
    expect(staleKeys(event(type))).not.toContainEqual(['audit']);
  }
});
