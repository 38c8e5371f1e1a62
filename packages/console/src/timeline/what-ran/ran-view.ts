import { RANGES, type RangeName, rangeNameIn } from '../../ui/range/range.ts';

const LONGEST_TEXT = 200;

/** Windows that end now. */
export const RAN_RANGES = ['15m', '1h', '6h', '24h', '7d'] as const satisfies readonly RangeName[];
const DEFAULT = '1h';

/** How many rows a page has, and how many more each "Show more" adds. */
export const ROWS = 20;
export const MOST_ROWS = 100;

/** The shortest and the longest window that zooming leads to. */
const SHORTEST_MS = 10_000;
const LONGEST_MS = RANGES['90d'].ms;

/** A window of time: one that ends now, or two instants (ms). */
export type RanTime =
  | { readonly kind: 'last'; readonly name: (typeof RAN_RANGES)[number] }
  | { readonly kind: 'own'; readonly from: number; readonly to: number };

export interface Bounds {
  readonly from: number;
  readonly to: number;
}

/** What the page "What ran" shows. */
export interface RanView {
  readonly by: 'job' | 'node';
  readonly time: RanTime;
  readonly sort: 'failed' | 'runs';
  readonly q?: string;
  readonly type?: string;
  readonly tag?: string;
  readonly rows: number;
}

export type RanChange = { readonly [K in keyof RanView]?: RanView[K] | undefined };

/** The view in the query of a URL. Ignores what is not valid. */
export function readView(search: string): RanView {
  const query = new URLSearchParams(search);
  const rows = Number(query.get('rows'));
  const isMany = Number.isInteger(rows) && rows > ROWS && rows <= MOST_ROWS;
  const texts = { q: textIn(query, 'q'), type: textIn(query, 'type'), tag: textIn(query, 'tag') };
  return {
    by: query.get('by') === 'node' ? 'node' : 'job',
    time: timeIn(query),
    sort: query.get('sort') === 'runs' ? 'runs' : 'failed',
    rows: isMany ? rows : ROWS,
    ...(texts.q === '' ? {} : { q: texts.q }),
    ...(texts.type === '' ? {} : { type: texts.type }),
    ...(texts.tag === '' ? {} : { tag: texts.tag }),
  };
}

function timeIn(query: URLSearchParams): RanTime {
  const [from, to] = [Date.parse(query.get('from') ?? ''), Date.parse(query.get('to') ?? '')];
  if (to - from >= 1 && to - from <= LONGEST_MS) return { kind: 'own', from, to };
  return { kind: 'last', name: rangeNameIn(query, RAN_RANGES) ?? DEFAULT };
}

/** The query for a URL, without `?`; empty for the default view. */
export function writeView({ by, time, sort, rows = ROWS, q = '', type = '', tag = '' }: RanChange): string {
  const query = new URLSearchParams();
  if (by === 'node') query.set('by', by);
  if (time?.kind === 'own') {
    query.set('from', new Date(time.from).toISOString());
    query.set('to', new Date(time.to).toISOString());
  } else if (time !== undefined && time.name !== DEFAULT) query.set('range', time.name);
  if (sort === 'runs') query.set('sort', sort);
  for (const [name, value] of Object.entries({ q, type, tag })) if (value !== '') query.set(name, value);
  if (rows !== ROWS) query.set('rows', String(rows));
  return query.toString();
}

/**
 * The instants of a window. One that ends now moves by whole columns, so that all viewers of a server ask for
 * the same one.
 */
export function boundsOf(time: RanTime, now: number, columns: number): Bounds {
  if (time.kind === 'own') return { from: time.from, to: time.to };
  const step = Math.ceil(RANGES[time.name].ms / columns);
  const to = Math.ceil(now / step) * step;
  return { from: to - step * columns, to };
}

/** The window with the same point at the same place, `factor` times as long. */
export function zoomed(
  { from, to }: Bounds,
  { factor, around, now }: { readonly factor: number; readonly around: number; readonly now: number },
): RanTime {
  const length = Math.min(Math.max((to - from) * factor, SHORTEST_MS), LONGEST_MS);
  const share = (around - from) / (to - from);
  return placed(around - length * share, length, now);
}

/** The window moved by a share of its length; below 0: to earlier times. */
export function moved({ from, to }: Bounds, share: number, now: number): RanTime {
  return placed(from + (to - from) * share, to - from, now);
}

/** The window between two points in any order, or the shortest one around them. */
export function between(a: number, b: number, now: number): RanTime {
  const length = Math.max(Math.abs(b - a), SHORTEST_MS);
  return placed(Math.min(a, b) - (length - Math.abs(b - a)) / 2, length, now);
}

/** No window ends after now: nothing ran there. */
function placed(from: number, length: number, now: number): RanTime {
  const to = Math.min(from + length, now);
  return { kind: 'own', from: Math.round(to - length), to: Math.round(to) };
}

function textIn(query: URLSearchParams, name: string): string {
  return (query.get(name) ?? '').replaceAll('\0', '').toWellFormed().trim().slice(0, LONGEST_TEXT);
}
