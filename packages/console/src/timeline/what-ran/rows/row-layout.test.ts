import type { RunTimeline, TimelineRow } from '@greenvue/jobs/client';
import { expect, test } from 'vitest';
import { nearestItem, rowLayout } from './row-layout.ts';

const FROM = Date.parse('2026-01-31T09:00:00Z');
/** One pixel per second. */
const WINDOW = { from: FROM, to: FROM + 800_000, width: 800 };
const at = (seconds: number): string => new Date(FROM + seconds * 1_000).toISOString();
const TIMELINE: RunTimeline = {
  now: at(700),
  from: at(0),
  to: at(800),
  by: 'job',
  step_ms: 8_000,
  rows: [],
  row_count: 1,
  counted_from: null,
};

const ran = (
  id: string,
  from: number,
  to: number | null,
  status: 'succeeded' | 'failed' | 'running' = 'succeeded',
) => ({
  id,
  job_id: 'mail',
  job_name: 'Mail',
  status,
  reason: null,
  started_at: at(from),
  finished_at: to === null ? null : at(to),
});

function row(more: Partial<TimelineRow>): TimelineRow {
  return {
    job: { id: 'mail', name: 'Mail', type: 'send', deleted: false },
    node: null,
    counts: { succeeded: 0, failed: 0, cancelled: 0, skipped: 0, running: 0 },
    runs: null,
    columns: null,
    hours: [],
    counted_from: null,
    ...more,
  };
}
const layoutOf = (more: Partial<TimelineRow>) => rowLayout(row(more), TIMELINE, WINDOW);

test('runs are bars as long as they took, and those at one time are above each other', () => {
  const { items, lanes, density } = layoutOf({
    runs: [ran('2', 50, 90), ran('1', 10, 60), ran('3', 300, null)],
  });
  expect(density).toBeUndefined();
  expect(lanes).toBe(2);
  expect(items).toMatchObject([
    { kind: 'run', x: 10, width: 50, lane: 0, run: { id: '1' } },
    { x: 50, width: 40, lane: 1, run: { id: '2' } },
    { x: 300, width: 400, lane: 0, run: { id: '3' } },
  ]);
});

test('runs that would cover each other are counted instead, by status', () => {
  const runs = [1, 2, 3, 4].map((n) => ran(String(n), 16 + n, 17 + n, n === 4 ? 'failed' : 'succeeded'));
  const { items, density } = layoutOf({ runs });
  expect(density?.most).toBe(4);
  expect(items).toMatchObject([
    { kind: 'column', x: 16, from: FROM + 16_000, to: FROM + 24_000, counts: { succeeded: 3, failed: 1 } },
  ]);
});

test('a row with many runs has the columns of the server', () => {
  const { items, density, columnWidth } = layoutOf({
    columns: [
      { step: 0, succeeded: 40, failed: 0, cancelled: 0, running: 0 },
      { step: 99, succeeded: 0, failed: 1, cancelled: 0, running: 1 },
    ],
  });
  expect([columnWidth, density?.most]).toEqual([8, 40]);
  expect(items).toMatchObject([
    { kind: 'column', x: 0, from: FROM, counts: { succeeded: 40 } },
    { kind: 'column', x: 792, to: FROM + 800_000, counts: { failed: 1, running: 1 } },
  ]);
});

test('runs that are no longer kept are an hour of their own', () => {
  const { items } = layoutOf({
    runs: [],
    hours: [{ at: at(0), succeeded: 5, failed: 1, cancelled: 0, skipped: 0 }],
  });
  expect(items).toMatchObject([{ kind: 'hour', x: 0, width: 800, counts: { succeeded: 5, failed: 1 } }]);
});

test('the item under the pointer is the nearest one, and a bar goes before the hour behind it', () => {
  const { items } = layoutOf({
    runs: [ran('1', 10, 60)],
    hours: [{ at: at(0), succeeded: 5, failed: 0, cancelled: 0, skipped: 0 }],
  });
  expect(nearestItem(items, 30, 0, 16)).toMatchObject({ kind: 'run' });
  expect(nearestItem(items, 62, 0, 16)).toMatchObject({ kind: 'hour' });
  expect(nearestItem([], 30, 0, 16)).toBeUndefined();
});
