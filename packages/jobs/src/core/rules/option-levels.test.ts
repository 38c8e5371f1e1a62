import { expect, it } from 'vitest';
import type { JobDefinition } from '../model/job.ts';
import { LEVEL, levelOf, needsNewerVersion } from './option-levels.ts';

const FIRST: JobDefinition = {
  id: 'a',
  name: 'A',
  description: '',
  type: 'noop',
  typeVersion: 1,
  schedule: { kind: 'cron', cron: '0 9 * * *', timezone: 'UTC', startAt: 0 },
  payload: '{}',
  overlap: 'queue',
  catchUp: 'all',
  timeoutMs: 1_000,
  maxAttempts: 3,
  backoff: { initialMs: 1, maxMs: 1, factor: 1, jitter: 0 },
};

// Promise P22, types and deploys.
it('a job with options of the first version only, and labels, has level 0', () => {
  expect(levelOf({ ...FIRST, tags: ['x'], alerts: ['mail'], pingUrl: 'https://x.example' })).toBe(0);
});

it.each<Partial<JobDefinition>>([
  { schedule: { kind: 'rrule', rrule: 'FREQ=DAILY;BYHOUR=9', timezone: 'UTC' } },
  { schedule: { kind: 'after', job: 'b', on: 'finished' } },
  { schedule: { kind: 'cron', cron: '0 9 * * *', timezone: 'UTC', endAt: 1 } },
  { schedule: { kind: 'cron', cron: '0 9 * * *', timezone: 'UTC', maxRuns: 1 } },
  { schedule: { kind: 'cron', cron: '0 9 * * *', timezone: 'UTC', spreadMs: 1 } },
  { onlyIf: { job: 'b', succeededWithinMs: 1 } },
  { calendar: { id: 'c', mode: 'skip' } },
  { overlap: 'cancel_previous' },
  { overlap: 'allow', maxRunning: 1 },
  { expireAfterMs: 1 },
  { priority: 'low' },
])('%o has level 1', (more) => {
  expect(levelOf({ ...FIRST, ...more })).toBe(1);
});

it('a job needs a newer version only if its level is above that of this version', () => {
  expect([{}, { needsLevel: LEVEL }, { needsLevel: LEVEL + 1 }].map(needsNewerVersion)).toEqual([
    false,
    false,
    true,
  ]);
});
