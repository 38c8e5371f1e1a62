import type { JobType } from '@greenvue/jobs/client';
import { describe, expect, test } from 'vitest';
import { limitsText, waitingText } from './limits-text.ts';

const limits = (fields: Partial<NonNullable<JobType['limits']>>) => ({
  running: 5,
  rate: null,
  per: null,
  from_version: null,
  full: 0,
  waiting: 0,
  ...fields,
});

// Promise P29, limits and priority.
describe('the limits of a type', () => {
  test('in words', () => {
    expect(limitsText(limits({}))).toBe('5 runs at a time');
    expect(limitsText(limits({ running: 1, rate: { runs: 100, per: '1m' }, per: '/tenant' }))).toBe(
      '1 run at a time, 100 starts in 1m, for each value of /tenant',
    );
    expect(limitsText(limits({ running: null, rate: { runs: 1, per: '10s' } }))).toBe('1 start in 10s');
    expect(limitsText(limits({ from_version: 2 }))).toBe('5 runs at a time, from version 2 of the type');
  });

  test('what waits for them', () => {
    expect(waitingText(limits({}))).toBe('no runs');
    expect(waitingText(limits({ full: 1, waiting: 1 }))).toBe('1 run');
    expect(waitingText(limits({ per: '/tenant', full: 1, waiting: 3_700 }))).toBe(
      '3,700 runs, for 1 full value',
    );
    expect(waitingText(limits({ per: '/tenant', full: 5, waiting: 10_000 }))).toBe(
      '10,000 or more runs, for 5 full values',
    );
  });

  test('a caller with a scope does not know what waits', () =>
    expect(waitingText(limits({ full: null, waiting: null }))).toBeUndefined());
});
