/** A row by the names of its columns. */
export type TableRow = Readonly<Record<string, string | number | null>>;

/** A table on its way from one database into another, where a table of that name has the same columns. */
export interface TableRows {
  readonly table: string;
  /** How many rows {@link TableRows.rows} gives. */
  readonly count: number;
  /** Reads them as they are asked for, so that a long table needs no memory. */
  rows(): Iterable<TableRow>;
  /** A column whose values the database gives, and the last one that it gave. */
  readonly identity?: { readonly column: string; readonly last: number };
}

/** All that a store keeps, to be written into another kind of store: words, not the numbers for them. */
export interface StoreContents {
  readonly tables: readonly TableRows[];
  /** No id, uid or fence in them is higher. */
  readonly lastId: number;
}
