import { defaultRangeExtractor, type Range } from '@tanstack/react-virtual';

/** The rows of a range, and one besides them: -1, or one that there is not, is none. */
export function withRow(range: Range, row: number): number[] {
  const rows = defaultRangeExtractor(range);
  if (row < 0 || row >= range.count || rows.includes(row)) return rows;
  return [...rows, row].sort((a, b) => a - b);
}

/** A row and where it stands, in pixels. */
interface PlacedRow {
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** Rows as they follow each other in a table: the room to leave above each, and below the last. */
interface SpacedRows {
  readonly rows: readonly { readonly row: number; readonly gap: number }[];
  readonly below: number;
}

/** Where there is room for rows that are not drawn, in a table from one place to another. */
export function spaced(
  placed: readonly PlacedRow[],
  { from, to }: { readonly from: number; readonly to: number },
): SpacedRows {
  let end = from;
  const rows = placed.map((item) => {
    const gap = Math.max(0, item.start - end);
    end = item.end;
    return { row: item.index, gap };
  });
  return { rows, below: Math.max(0, to - end) };
}
