const HOUR_MS = 3_600_000;
const LONGEST_TEXT = 200;

/** The lengths of the window, in hours. */
export const LENGTHS = [
  { hours: 24, label: '24 h', words: 'the next 24 hours' },
  { hours: 72, label: '3 d', words: 'the next 3 days' },
  { hours: 168, label: '7 d', words: 'the next 7 days' },
  { hours: 744, label: '31 d', words: 'the next 31 days' },
] as const;
export type Length = (typeof LENGTHS)[number];
const [, , WEEK] = LENGTHS;

/** What the page "What comes" shows. */
export interface ComesView {
  readonly length: Length;
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
    length: LENGTHS.find(({ hours }) => String(hours) === query.get('hours')) ?? WEEK,
    ...(type === '' ? {} : { type }),
    ...(tag === '' ? {} : { tag }),
    ...(Number.isNaN(at) ? {} : { at: Math.floor(at / HOUR_MS) * HOUR_MS }),
  };
}

/** The query for a URL, without `?`; empty for the default view. */
export function writeView({ length = WEEK, type = '', tag = '', at }: ComesChange): string {
  const query = new URLSearchParams();
  if (length !== WEEK) query.set('hours', String(length.hours));
  if (type !== '') query.set('type', type);
  if (tag !== '') query.set('tag', tag);
  if (at !== undefined) query.set('at', new Date(at).toISOString());
  return query.toString();
}

function textIn(query: URLSearchParams, name: string): string {
  return (query.get(name) ?? '').replaceAll('\0', '').toWellFormed().trim().slice(0, LONGEST_TEXT);
}
