const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Lengths of time, by their name in the URL. `words`: after "the last", or "the next". */
export const RANGES = {
  '15m': { label: '15 min', words: '15 minutes', ms: 15 * MINUTE_MS },
  '1h': { label: '1 h', words: 'hour', ms: HOUR_MS },
  '6h': { label: '6 h', words: '6 hours', ms: 6 * HOUR_MS },
  '24h': { label: '24 h', words: '24 hours', ms: DAY_MS },
  '3d': { label: '3 d', words: '3 days', ms: 3 * DAY_MS },
  '7d': { label: '7 d', words: '7 days', ms: 7 * DAY_MS },
  '31d': { label: '31 d', words: '31 days', ms: 31 * DAY_MS },
  '90d': { label: '90 d', words: '90 days', ms: 90 * DAY_MS },
} as const;
export type RangeName = keyof typeof RANGES;

/** What most pages offer. */
export const RANGE_NAMES = ['1h', '24h', '7d', '90d'] as const satisfies readonly RangeName[];

/** A range of time: the last hours or days, or two instants (RFC 3339). */
export type Range =
  | { readonly kind: 'last'; readonly name: (typeof RANGE_NAMES)[number] }
  | { readonly kind: 'own'; readonly from: string; readonly to: string };

const DEFAULT = '24h';

/** The name of a length in the query of a URL, if the page offers it. */
export function rangeNameIn<Name extends RangeName>(
  query: URLSearchParams,
  offered: readonly Name[],
): Name | undefined {
  return offered.find((name) => name === query.get('range'));
}

/** An instant in the query of a URL; undefined if it has none, or one that is not valid. */
export function instantIn(query: URLSearchParams, key: 'from' | 'to'): string | undefined {
  const at = Date.parse(query.get(key) ?? '');
  if (Number.isNaN(at)) return undefined;
  const text = new Date(at).toISOString();
  // Other years have a sign, and the server refuses them.
  return /^\d/.test(text) ? text : undefined;
}

/** The range in the query of a URL. Ignores what is not valid. */
export function readRange(query: URLSearchParams): Range {
  const [from, to] = [instantIn(query, 'from'), instantIn(query, 'to')];
  if (from !== undefined && to !== undefined && from < to) return { kind: 'own', from, to };
  return { kind: 'last', name: rangeNameIn(query, RANGE_NAMES) ?? DEFAULT };
}

/** The query of a URL with this range, and all else as it was. */
export function withRange(query: URLSearchParams, range: Range): URLSearchParams {
  const after = new URLSearchParams(query);
  for (const key of ['range', 'from', 'to']) after.delete(key);
  if (range.kind === 'own') {
    after.set('from', range.from);
    after.set('to', range.to);
  } else if (range.name !== DEFAULT) after.set('range', range.name);
  return after;
}

/** The instants of a range, as the server takes them. */
export interface RangeBounds {
  readonly from: string;
  /** Absent: now. */
  readonly to?: string;
}

/** What to ask the server for. */
export function rangeBounds(range: Range, now: number): RangeBounds {
  return range.kind === 'own' ? { from: range.from, to: range.to } : { from: rangeStart(range.name, now) };
}

/** The begin of a range that ends now (RFC 3339). */
export function rangeStart(name: RangeName, now: number): string {
  return new Date(now - RANGES[name].ms).toISOString();
}

/** "the last 24 hours" */
export function rangeWords(range: Range): string {
  return range.kind === 'own' ? 'the chosen time' : `the last ${RANGES[range.name].words}`;
}
