import { columnsOf, type Param } from '../connection/queries.ts';

type Row = readonly (string | number | boolean | null)[];

/** Builds the statement for these rows, and its parameters: the columns, then `more`. */
export type RowsStatement = (
  rows: readonly Row[],
  ...more: readonly Param[]
) => readonly [sql: string, params: readonly Param[]];

/** The columns of a row. */
export interface RowColumns {
  readonly names: readonly string[];
  /** The types of the columns, in order. */
  readonly types: string;
  /**
   * The columns that usually differ between rows. At least one. The others usually have one value for all
   * rows.
   */
  readonly varying: readonly string[];
}

/**
 * Builds a statement for many rows. `sql` gets the source of the rows for FROM, and the first parameter after
 * them. Each column is one array. If all other columns have one value each, they are sent as single values,
 * which saves work on both sides.
 */
export function rowsStatement(
  { names, types, varying }: RowColumns,
  sql: (rows: string, firstOfMore: string) => string,
): RowsStatement {
  const typeOf = types.split(', ');
  if (typeOf.length !== names.length) throw new Error(`${names.length} columns have ${typeOf.length} types`);
  if (!varying.every((name) => names.includes(name))) throw new Error('what varies is no column');
  const columns = names.map((name, n) => ({
    name,
    type: typeOf[n],
    param: `$${n + 1}`,
    varies: varying.includes(name),
  }));
  const unnested = (some: typeof columns) =>
    `unnest(${some.map(({ param, type }) => `${param}::${type}[]`).join(', ')})`;
  const namesOf = (some: typeof columns) => some.map(({ name }) => name).join(', ');
  const each = columns.filter(({ varies }) => varies);
  const selected = columns.map(({ name, type, param, varies }) =>
    varies ? `each.${name}` : `${param}::${type} AS ${name}`,
  );
  const firstOfMore = `$${columns.length + 1}`;
  const ofArrays = sql(`${unnested(columns)} AS new (${namesOf(columns)})`, firstOfMore);
  const ofValues = sql(
    `(SELECT ${selected.join(', ')} FROM ${unnested(each)} AS each (${namesOf(each)})) AS new`,
    firstOfMore,
  );

  return (rows, ...more) => {
    const [first = []] = rows;
    const isSame = columns.every(({ varies }, n) => varies || rows.every((row) => row[n] === first[n]));
    if (!isSame) return [ofArrays, [...columnsOf(rows, columns.length), ...more]];
    const params = columns.map(({ varies }, n) =>
      varies ? rows.map((row) => row[n] ?? null) : (first[n] ?? null),
    );
    return [ofValues, [...params, ...more]];
  };
}
