import { defaultRangeExtractor, type Range } from '@tanstack/react-virtual';

/** The rows of a range and one more row; -1 or a row that does not exist adds none. */
export function withRow(range: Range, row: number): number[] {
  const rows = defaultRangeExtractor(range);
  if (row < 0 || row >= range.count || rows.includes(row)) return rows;
  return [...rows, row].sort((a, b) => a - b);
}

/** A row and its position in pixels. */
interface PlacedRow {
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** Consecutive rows with the space above each one, and the space below the last. */
interface SpacedRows {
  readonly rows: readonly { readonly row: number; readonly gap: number }[];
  readonly below: number;
}

/** The space for rows that are not rendered. */
export function spaceRows(
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
