import { expect, test } from 'vitest';
import { bulkRunsBody, changedOf, leftOutText, runsText, statusesOf } from './run-choice.ts';

const NOW = Date.UTC(2026, 0, 31, 9);

test('retry is about failed runs and cancel about live ones, unless the filter has a status', () => {
  const any = { statuses: [], job_id: 'a', range: '1h' } as const;
  expect(bulkRunsBody('retry', any, NOW)).toEqual({
    action: 'retry',
    filter: { job_id: 'a', status: ['failed'], from: '2026-01-31T08:00:00.000Z' },
  });
  expect(bulkRunsBody('cancel', any, NOW).filter).toMatchObject({ status: ['queued', 'running'] });
  expect(runsText('retry', any, 1)).toBe('1 failed run');
  expect(runsText('cancel', any, 1_234)).toBe('1,234 queued or running runs');
});

test('a status that an action cannot change is left out', () => {
  const some = { statuses: ['queued', 'failed', 'skipped', 'cancelled'] } as const;
  expect(statusesOf('retry', some)).toEqual(['failed', 'cancelled']);
  expect(statusesOf('cancel', some)).toEqual(['queued']);
  expect(statusesOf('cancel', { statuses: ['succeeded'] })).toEqual([]);
});

test('runs that a later run has done do not count', () => {
  expect(changedOf({ total: 12, left_out: 3 })).toBe(9);
  expect(changedOf({ total: 12, left_out: null })).toBe(12);
  expect(leftOutText(1)).toMatch(/^1 run is left out/);
  expect(leftOutText(1_200)).toMatch(/^1,200 runs are left out/);
});
