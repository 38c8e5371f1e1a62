import { expect, test } from 'vitest';
import { exampleJob } from '../../../test/examples.ts';
import { markOf } from '../../data/job-mark.ts';
import { bulkJobsBody, failedOnes, idsOf, matchingOf } from './job-choice.ts';

const JOBS = ['a', 'b'].map((id) => markOf(exampleJob({ id })));

test('chosen jobs are named one by one, and all that match by their filters', () => {
  expect(bulkJobsBody({ action: 'resume' }, idsOf(JOBS))).toEqual({ action: 'resume', ids: ['a', 'b'] });
  const filters = { sort: '-name', q: 'x', tag: 'eu' } as const;
  expect(bulkJobsBody({ action: 'delete' }, matchingOf(filters))).toEqual({
    action: 'delete',
    filter: { q: 'x', tag: 'eu' },
  });
  const pause = { reason: 'Upgrade', until: undefined, cancelLive: true };
  expect(bulkJobsBody({ action: 'pause', pause }, matchingOf({ sort: 'id' }))).toEqual({
    action: 'pause',
    all: true,
    reason: 'Upgrade',
    cancel_live: true,
  });
});

test('after a command, what failed stays selected, and everything after an early end', () => {
  const selection = new Map(JOBS.map((job) => [job.id, job]));
  const failures = [{ job_id: 'b', run_id: null, detail: 'No.' }];
  const command = {
    id: '1',
    target: 'jobs',
    action: 'pause',
    status: 'finished',
    total: 2,
    done: 1,
    failed: 1,
    failures,
    created_at: '2026-01-31T09:00:00.000Z',
    created_by: null,
    ended_at: null,
    cancelled_by: null,
  } as const;
  expect([...failedOnes(selection, { ...command, failures }).keys()]).toEqual(['b']);
  expect(failedOnes(selection, { ...command, failures, status: 'cancelled' })).toBe(selection);
});
