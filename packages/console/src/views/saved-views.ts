/** The lists that have views. */
export type ListName = 'jobs' | 'runs';

/** A name for the filters, the order and the look of a list. */
export interface View {
  readonly list: ListName;
  readonly name: string;
  /** The query of its URL, without `?`. */
  readonly query: string;
}

/** Views that every viewer has. */
export const USUAL_VIEWS: readonly View[] = [
  { list: 'jobs', name: 'Unhealthy jobs', query: 'health=unhealthy' },
  { list: 'jobs', name: 'Paused jobs', query: 'status=paused' },
  { list: 'runs', name: 'Running now', query: 'status=running' },
  { list: 'runs', name: 'Waiting', query: 'status=queued' },
  { list: 'runs', name: 'Failed in 24 hours', query: 'status=failed&range=24h' },
];

export const LONGEST_NAME = 60;
const MOST_VIEWS = 100;

/** The views in a stored text; none if the text is not what {@link writeViews} wrote. */
export function readViews(stored: string | undefined): readonly View[] {
  const values = parsed(stored ?? '[]');
  return Array.isArray(values) ? values.flatMap(viewIn) : [];
}

export function writeViews(views: readonly View[]): string {
  return JSON.stringify(views);
}

/**
 * The views with this one, which replaces the one of its name. The newest last; the oldest may have to go.
 */
export function withView(views: readonly View[], view: View): readonly View[] {
  return [...withoutView(views, view), view].slice(-MOST_VIEWS);
}

export function withoutView(views: readonly View[], { list, name }: Pick<View, 'list' | 'name'>) {
  return views.filter((one) => one.list !== list || one.name !== name);
}

/** The path of a view, with its query. */
export function viewHref({ list, query }: Pick<View, 'list' | 'query'>): string {
  return query === '' ? `/${list}` : `/${list}?${query}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function viewIn(value: unknown): readonly View[] {
  if (typeof value !== 'object' || value === null) return [];
  const { list, name, query } = value as Readonly<Record<string, unknown>>;
  if ((list !== 'jobs' && list !== 'runs') || typeof name !== 'string' || typeof query !== 'string')
    return [];
  return [{ list, name, query }];
}
