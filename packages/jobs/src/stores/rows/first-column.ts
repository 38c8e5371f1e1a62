/** The first column of a row, for statements that read one number. */
export function numberOf(raw: unknown): number | undefined {
  const value = (raw as readonly unknown[] | undefined)?.[0];
  return typeof value === 'number' ? value : undefined;
}

/** The first column of each row. */
export function numbersIn(rows: readonly unknown[]): number[] {
  return rows.map((row) => (row as readonly number[])[0] as number);
}

/** A row with the type that the caller states. For statements whose columns the caller knows. */
export function rowOf<Columns extends readonly unknown[]>(raw: unknown): Columns {
  return raw as Columns;
}
