import { expect, test } from 'vitest';
import { exampleJob } from '../../../test/examples.ts';
import { upcomingOf } from './upcoming.ts';

const NOW = Date.parse('2026-01-01T12:00:00.000Z');

/** A job due in this many minutes; null: never. */
const job = (minutes: number | null) =>
  exampleJob({
    id: String(minutes),
    next_run: minutes === null ? null : new Date(NOW + minutes * 60_000).toISOString(),
  });

const idsOf = (...minutes: readonly (number | null)[]) =>
  upcomingOf(minutes.map(job), NOW, 2).soon.map(({ id }) => id);

test('jobs leave the list when they become due, and enter it an hour before', () => {
  expect(idsOf(-1, 0, 1, 60, 61, null)).toEqual(['1', '60']);
});

test('says whether more jobs are due than are shown', () => {
  expect(upcomingOf([1, 2].map(job), NOW, 2).hasMore).toBe(false);
  expect(upcomingOf([1, 2, 3].map(job), NOW, 2)).toMatchObject({ hasMore: true, soon: { length: 2 } });
});

test('if every job read is due already, the next ones are unknown', () => {
  expect(upcomingOf([-2, -1].map(job), NOW, 2)).toEqual({ soon: [], hasMore: false, isBehind: true });
  expect(upcomingOf([-2, 61, null].map(job), NOW, 2).isBehind).toBe(true);
  expect(upcomingOf([-2, 1].map(job), NOW, 2).isBehind).toBe(false);
  expect(upcomingOf([61, null].map(job), NOW, 2).isBehind).toBe(false);
  expect(upcomingOf([], NOW, 2).isBehind).toBe(false);
});
