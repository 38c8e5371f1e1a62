import { columnsOf, type Param } from '../connection/queries.ts';

type Row = readonly (string | number | boolean | null)[];

/** The statement about these rows with its parameters: their columns, then `more`. */
export type RowsStatement = (
  rows: readonly Row[],
  ...more: readonly Param[]
) => readonly [sql: string, params: readonly Param[]];

/** What a row consists of. */
export interface RowColumns {
  readonly names: readonly string[];
  /** Of each of them. */
  readonly types: string;
  /** Those that differ from row to row; the others mostly don't. At least one. */
  readonly varying: readonly string[];
}

/**
 * A statement about many rows. `sql` gives it, from what its FROM takes them from and the name of the first
 * parameter after theirs. They come as an array for each column; where the columns that mostly don't vary do
 * not, as one value for each of those, so that nobody makes and reads arrays of the same value again and
 * again.
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
