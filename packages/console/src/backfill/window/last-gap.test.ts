import { expect, test } from 'vitest';
import { exampleJob, exampleRun } from '../../../test/examples.ts';
import { lastGap, searchFrom } from './last-gap.ts';

const at = (hour: number) => Date.parse('2026-01-31T00:00:00Z') + hour * 3_600_000;
const job = exampleJob({ interval: '1h', created_at: new Date(at(-48)).toISOString() });
const daily = exampleJob({ ...job, interval: null, interval_mode: null, cron: '0 3 * * *' });
/** Runs of hourly slots, by the first letter of their status; a dot is a slot without a run. */
const runs = (statuses: string) =>
  [...statuses]
    .flatMap((letter, hour) => {
      const status = ({ s: 'succeeded', f: 'failed', k: 'skipped', r: 'running' } as const)[letter];
      return status === undefined
        ? []
        : [exampleRun({ scheduled_for: new Date(at(hour)).toISOString(), status })];
    })
    .reverse();

test.each([
  ['a streak of failures that still lasts', 'ssff', 1],
  ['a streak of failures that has ended', 'ssffss', 1],
  ['skipped slots', 'sskks', 1],
  ['slots without a run', 'ss...s', 1],
  ['the newest of two', 'sfsfs', 2],
  ['failures since the first known run', 'fff', 0],
])('a gap begins at the last success before it: %s', (_, statuses, from) => {
  expect(lastGap(job, runs(statuses), at(statuses.length - 0.5))).toBe(at(from));
});

test('a job that missed its slots until now has a gap that lasts', () => {
  expect(lastGap(job, runs('sss'), at(7))).toBe(at(2));
});

test('slots that succeeded, or that succeeded in a second run, are no gap', () => {
  expect(lastGap(job, runs('sssr'), at(3.5))).toBeUndefined();
  expect(lastGap(job, [...runs('sss'), ...runs('fsf')].slice(0, 5), at(2.5))).toBeUndefined();
  // Only an interval says when the next slot was.
  expect(lastGap(daily, runs('s.........s'), at(12))).toBeUndefined();
});

test('without a gap, the last day is searched, or the last ten slots, but no time before the job', () => {
  expect(searchFrom(job, runs('sss'), at(2.5))).toBe(at(-21.5));
  const weekly = [0, 168, 336].map((hour) => exampleRun({ scheduled_for: new Date(at(hour)).toISOString() }));
  expect(searchFrom(daily, weekly, at(340))).toBe(at(0));
  expect(searchFrom({ ...job, created_at: new Date(at(1)).toISOString() }, [], at(2))).toBe(at(1));
});
