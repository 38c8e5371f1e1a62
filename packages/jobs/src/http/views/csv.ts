export type Cell<Row> = (row: Row) => string | number | null;

/** How rows become CSV (RFC 4180). */
export interface CsvTable<Row> {
  /** The first line. */
  readonly header: string;
  readonly line: (row: Row) => string;
}

/** CSV with these columns, by their names. */
export function csvTable<Row>(columns: Readonly<Record<string, Cell<Row>>>): CsvTable<Row> {
  const cells = Object.values(columns);
  return {
    header: `${Object.keys(columns).join()}\r\n`,
    line: (row) => `${cells.map((cell) => csvCell(cell(row))).join()}\r\n`,
  };
}

/**
 * A value as a cell of CSV. Spreadsheets run a text that begins with `=`, `+`, `-`, `@`, a tab or a carriage
 * return as a formula: such a text gets an apostrophe before it.
 */
function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
