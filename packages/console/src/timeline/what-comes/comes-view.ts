import { RANGES, type RangeName, rangeNameIn } from '../../ui/range/range.ts';

const HOUR_MS = 3_600_000;
const LONGEST_TEXT = 200;

/** The lengths of the window, which begins now. */
export const COMES_RANGES = ['24h', '3d', '7d', '31d'] as const satisfies readonly RangeName[];
export type ComesRange = (typeof COMES_RANGES)[number];
const DEFAULT = '7d';

/** What the page "What comes" shows. */
export interface ComesView {
  readonly range: ComesRange;
  readonly type?: string;
  readonly tag?: string;
  /** The start of the chosen hour (ms). */
  readonly at?: number;
}

export type ComesChange = { readonly [K in keyof ComesView]?: ComesView[K] | undefined };

/** The view in the query of a URL. Ignores what is not valid. */
export function readView(search: string): ComesView {
  const query = new URLSearchParams(search);
  const type = textIn(query, 'type');
  const tag = textIn(query, 'tag');
  const at = Date.parse(query.get('at') ?? '');
  return {
    range: rangeNameIn(query, COMES_RANGES) ?? DEFAULT,
    ...(type === '' ? {} : { type }),
    ...(tag === '' ? {} : { tag }),
    ...(Number.isNaN(at) ? {} : { at: Math.floor(at / HOUR_MS) * HOUR_MS }),
  };
}

/** The query for a URL, without `?`; empty for the default view. */
export function writeView({ range = DEFAULT, type = '', tag = '', at }: ComesChange): string {
  const query = new URLSearchParams();
  if (range !== DEFAULT) query.set('range', range);
  if (type !== '') query.set('type', type);
  if (tag !== '') query.set('tag', tag);
  if (at !== undefined) query.set('at', new Date(at).toISOString());
  return query.toString();
}

/** "the next 7 days" */
export function comesWords(range: ComesRange): string {
  return `the next ${RANGES[range].words}`;
}

function textIn(query: URLSearchParams, name: string): string {
  return (query.get(name) ?? '').replaceAll('\0', '').toWellFormed().trim().slice(0, LONGEST_TEXT);
}
