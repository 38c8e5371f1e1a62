/** A column that the viewer may choose. */
export interface ChoosableColumn {
  /** In the URL. */
  readonly id: string;
  readonly label: string;
  /** Whether it is shown until the viewer chooses. */
  readonly isUsual: boolean;
}

/** How a list looks: its columns and the height of its rows. */
export interface Look {
  /** The ids of the chosen columns; undefined: the usual ones. */
  readonly columns: readonly string[] | undefined;
  readonly isCompact: boolean;
}

const COLUMNS = 'columns';
const ROWS = 'rows';

/** The look in a URL's query, each part undefined if the query has none. Ignores unknown columns. */
export function readLook(
  search: string,
  known: readonly ChoosableColumn[],
): { readonly columns: readonly string[] | undefined; readonly isCompact: boolean | undefined } {
  const query = new URLSearchParams(search);
  const wanted = query.get(COLUMNS)?.split(',');
  const rows = query.get(ROWS);
  return {
    columns: wanted && known.map(({ id }) => id).filter((id) => wanted.includes(id)),
    isCompact: rows === 'compact' || (rows === 'normal' ? false : undefined),
  };
}

/** The query with this look instead of its own. */
export function withLook(search: string, { columns, isCompact }: Look): string {
  const query = new URLSearchParams(search);
  if (columns === undefined) query.delete(COLUMNS);
  else query.set(COLUMNS, columns.join(','));
  query.set(ROWS, isCompact ? 'compact' : 'normal');
  return readable(query);
}

/** The query with the look of the page's present query: other filters do not change how the list looks. */
export function keepLook(filters: string, search: string): string {
  const query = new URLSearchParams(filters);
  const before = new URLSearchParams(search);
  for (const name of [COLUMNS, ROWS]) {
    const value = before.get(name);
    if (value !== null) query.set(name, value);
  }
  return readable(query);
}

/** The columns after one of them was shown or hidden, in the order of the table. */
export function toggledColumn(
  known: readonly ChoosableColumn[],
  columns: readonly string[] | undefined,
  id: string,
): readonly string[] {
  const before = shownColumns(known, columns);
  return known.map((column) => column.id).filter((one) => (one === id) !== before.includes(one));
}

export function shownColumns(
  known: readonly ChoosableColumn[],
  columns: readonly string[] | undefined,
): readonly string[] {
  return columns ?? known.filter(({ isUsual }) => isUsual).map(({ id }) => id);
}

/** A comma needs no escape in a query. */
function readable(query: URLSearchParams): string {
  return query.toString().replaceAll('%2C', ',');
}
