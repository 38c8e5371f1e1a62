import type { JobHistoryQuery } from '@greenvue/jobs/client';

const HOUR_MS = 3_600_000;

/** Ranges that end now, by their name in the URL. */
export const RANGES = {
  '1h': { label: '1 h', ms: HOUR_MS },
  '24h': { label: '24 h', ms: 24 * HOUR_MS },
  '7d': { label: '7 d', ms: 7 * 24 * HOUR_MS },
  '90d': { label: '90 d', ms: 90 * 24 * HOUR_MS },
} as const;
export type RangeName = keyof typeof RANGES;
export const RANGE_NAMES: readonly RangeName[] = ['1h', '24h', '7d', '90d'];

/** A range of time: the last hours or days, or two instants (RFC 3339). */
export type Range =
  | { readonly kind: 'last'; readonly name: RangeName }
  | { readonly kind: 'own'; readonly from: string; readonly to: string };

const DEFAULT: Range = { kind: 'last', name: '24h' };

/** The range in the query of a URL. Ignores what is not valid. */
export function readRange(search: URLSearchParams): Range {
  const from = instantIn(search.get('from'));
  const to = instantIn(search.get('to'));
  if (from !== undefined && to !== undefined && from < to) return { kind: 'own', from, to };
  const name = RANGE_NAMES.find((known) => known === search.get('range'));
  return name === undefined ? DEFAULT : { kind: 'last', name };
}

/** The query of a URL with this range, and all else as it was. */
export function withRange(search: URLSearchParams, range: Range): URLSearchParams {
  const after = new URLSearchParams(search);
  for (const key of ['range', 'from', 'to']) after.delete(key);
  if (range.kind === 'own') {
    after.set('from', range.from);
    after.set('to', range.to);
  } else if (range.name !== '24h') after.set('range', range.name);
  return after;
}

/** What to ask the server for. */
export function boundsOf(range: Range, now: number): Pick<JobHistoryQuery, 'from' | 'to'> {
  if (range.kind === 'own') return { from: range.from, to: range.to };
  return { from: new Date(now - RANGES[range.name].ms).toISOString() };
}

export function rangeText(range: Range): string {
  return range.kind === 'own' ? 'Custom range' : `Last ${RANGES[range.name].label}`;
}

function instantIn(text: string | null): string | undefined {
  const at = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
