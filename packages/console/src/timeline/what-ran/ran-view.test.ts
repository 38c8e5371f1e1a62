import { expect, test } from 'vitest';
import { between, boundsOf, moved, type RanView, readView, writeView, zoomed } from './ran-view.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const HOUR = 3_600_000;

test('the query of a URL restores the view that it was written from', () => {
  const views: readonly RanView[] = [
    { by: 'job', time: { kind: 'last', name: '1h' }, sort: 'failed', rows: 20 },
    {
      by: 'node',
      time: { kind: 'last', name: '24h' },
      sort: 'runs',
      rows: 60,
      q: 'mail',
      type: 'send',
      tag: 'eu',
    },
    { by: 'job', time: { kind: 'own', from: NOW - HOUR, to: NOW }, sort: 'failed', rows: 100 },
  ];
  for (const view of views) expect(readView(writeView(view))).toEqual(view);
});

test('values of a URL that are not valid mean the same as none', () => {
  expect(readView('by=type&range=90d&from=then&to=now&sort=x&rows=5000&q=%20')).toEqual({
    by: 'job',
    time: { kind: 'last', name: '1h' },
    sort: 'failed',
    rows: 20,
  });
  // The end before the begin, and more than 90 days.
  for (const query of [
    'from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z',
    'from=2026-01-01T00:00:00Z&to=2026-04-01T00:00:01Z',
  ])
    expect(readView(query).time).toEqual({ kind: 'last', name: '1h' });
});

test('a window that ends now stays the same for a whole column', () => {
  const time = { kind: 'last', name: '1h' } as const;
  const bounds = boundsOf(time, NOW + 1, 60);
  expect(bounds).toEqual({ from: NOW - 59 * 60_000, to: NOW + 60_000 });
  expect(boundsOf(time, NOW + 59_000, 60)).toEqual(bounds);
});

test('zooming keeps the point under the pointer, within bounds', () => {
  const bounds = { from: NOW - 2 * HOUR, to: NOW - HOUR };
  const around = NOW - 1.25 * HOUR;
  expect(zoomed(bounds, { factor: 0.5, around, now: NOW })).toEqual({
    kind: 'own',
    from: around - 0.375 * HOUR,
    to: around + 0.125 * HOUR,
  });
  expect(zoomed(bounds, { factor: 1e-9, around, now: NOW })).toMatchObject({
    from: around - 7_500,
    to: around + 2_500,
  });
});

test('no window ends after now', () => {
  const bounds = { from: NOW - HOUR, to: NOW };
  expect(zoomed(bounds, { factor: 2, around: NOW, now: NOW })).toEqual({
    kind: 'own',
    from: NOW - 2 * HOUR,
    to: NOW,
  });
  expect(moved(bounds, 0.5, NOW)).toEqual({ kind: 'own', ...bounds });
  expect(moved(bounds, -0.5, NOW)).toEqual({ kind: 'own', from: NOW - 1.5 * HOUR, to: NOW - 0.5 * HOUR });
  expect(between(NOW - 1_000, NOW - HOUR, NOW)).toEqual({ kind: 'own', from: NOW - HOUR, to: NOW - 1_000 });
  expect(between(NOW - HOUR, NOW - HOUR, NOW)).toEqual({
    kind: 'own',
    from: NOW - HOUR - 5_000,
    to: NOW - HOUR + 5_000,
  });
});
