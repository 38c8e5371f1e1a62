import { expect, test } from 'vitest';
import { type Range, rangeBounds, rangeWords, readRange, withRange } from './range.ts';

const OWN: Range = { kind: 'own', from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' };

test('the query of a URL restores the range that it was written from, and keeps all else', () => {
  const ranges: readonly Range[] = [
    { kind: 'last', name: '1h' },
    { kind: 'last', name: '24h' },
    { kind: 'last', name: '90d' },
    OWN,
  ];
  for (const range of ranges) {
    const search = withRange(new URLSearchParams('status=failed&range=7d'), range);
    expect(readRange(search)).toEqual(range);
    expect(search.get('status')).toBe('failed');
  }
});

test('a query without a valid range means the last 24 hours', () => {
  for (const query of [
    '',
    'range=2y',
    // Other pages offer this one.
    'range=15m',
    'from=then&to=now',
    'from=2026-01-02&to=2026-01-01',
    'from=2026-01-02',
    'from=2026-01-02&to=%2B012345-01-01',
  ])
    expect(readRange(new URLSearchParams(query))).toEqual({ kind: 'last', name: '24h' });
});

test('a range that ends now asks for its start alone', () => {
  expect(rangeBounds({ kind: 'last', name: '7d' }, Date.UTC(2026, 0, 8))).toEqual({
    from: '2026-01-01T00:00:00.000Z',
  });
  expect(rangeBounds(OWN, 0)).toEqual({ from: OWN.from, to: OWN.to });
});

test('a range in a sentence is the last hours or days, or the chosen time', () => {
  expect(rangeWords({ kind: 'last', name: '1h' })).toBe('the last hour');
  expect(rangeWords({ kind: 'last', name: '7d' })).toBe('the last 7 days');
  expect(rangeWords(OWN)).toBe('the chosen time');
});
