import Table from 'cli-table3';
import { printable } from './printable.ts';
import { paint, type Screen, type Style } from './screen.ts';
import { cut, widthOf } from './width.ts';

export interface Column<Row> {
  readonly title: string;
  /** The text of a cell. Unsafe characters are escaped. */
  readonly text: (row: Row) => string;
  readonly style?: (row: Row) => Style | undefined;
  /** The width to which a narrow terminal may cut it; absent: it is never cut. */
  readonly least?: number;
  /** Whether a narrow terminal may omit the column; later columns are omitted first. */
  readonly isOptional?: boolean;
}

/** A table that grows page by page. */
export interface PagedTable<Row> {
  print(rows: readonly Row[]): void;
}

const GAP = 2;
const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};

/**
 * A table for people. On a terminal its lines fit the width that the first page was laid out for; elsewhere
 * nothing is cut or left out, and it has no colours.
 */
export function createTable<Row>(screen: Screen, columns: readonly Column<Row>[]): PagedTable<Row> {
  let layout: Layout<Row> | undefined;
  return {
    print: (rows) => {
      const isFirst = layout === undefined;
      const texts = columns.map((column) => rows.map((row) => printable(column.text(row))));
      layout = layOut(screen, columns, texts, layout);
      const body = rows.map((row, index) => cellsOf({ screen, layout, texts, row, index }));
      const head = layout?.columns.map(({ column }) => paint(screen, 'bold', column.title)) ?? [];
      for (const line of render(layout, isFirst ? [head, ...body] : body)) screen.line(line);
    },
  };
}

interface Laid<Row> {
  readonly column: Column<Row>;
  /** Which column it is of all. */
  readonly at: number;
  readonly width: number;
}

interface Layout<Row> {
  readonly columns: readonly Laid<Row>[];
}

function layOut<Row>(
  screen: Screen,
  columns: readonly Column<Row>[],
  texts: readonly (readonly string[])[],
  before: Layout<Row> | undefined,
): Layout<Row> {
  if (screen.columns !== undefined && before !== undefined) return before;
  const natural = columns.map((column, at) => ({
    column,
    at,
    width: Math.max(
      before?.columns[at]?.width ?? widthOf(column.title),
      ...(texts[at] ?? []).map((text) => widthOf(text)),
    ),
  }));
  return { columns: screen.columns === undefined ? natural : fit(natural, screen.columns) };
}

/**
 * Down to this a column is cut before another one is left out: most ids stay whole, so that they can be
 * copied.
 */
const COMFORTABLE = 40;

/**
 * Fits columns to a width: cuts optional columns, then very long ones, then omits optional columns, then cuts
 * the others. The rest overflows.
 */
function fit<Row>(natural: readonly Laid<Row>[], available: number): readonly Laid<Row>[] {
  const least = ({ column, width }: Laid<Row>) => Math.min(width, column.least ?? width);
  const cutOptional = squeeze(natural, available, (laid) =>
    laid.column.isOptional === true ? least(laid) : laid.width,
  );
  const cutLong = squeeze(cutOptional, available, (laid) =>
    Math.max(least(laid), Math.min(laid.width, COMFORTABLE)),
  );
  if (lineWidth(cutLong) <= available) return cutLong;
  const expendable = natural.findLast(({ column }) => column.isOptional === true);
  if (expendable === undefined) return squeeze(cutLong, available, least);
  return fit(
    natural.filter(({ at }) => at !== expendable.at),
    available,
  );
}

/** Takes column by column from the widest, as long as the line is too wide and none is below its `least`. */
function squeeze<Row>(
  columns: readonly Laid<Row>[],
  available: number,
  least: (laid: Laid<Row>) => number,
): readonly Laid<Row>[] {
  let squeezed = columns;
  while (lineWidth(squeezed) > available) {
    const widest = squeezed
      .filter((laid) => laid.width > least(laid))
      .reduce<Laid<Row> | undefined>(
        (best, laid) => (best === undefined || laid.width > best.width ? laid : best),
        undefined,
      );
    if (widest === undefined) break;
    squeezed = squeezed.map((laid) => (laid.at === widest.at ? { ...laid, width: laid.width - 1 } : laid));
  }
  return squeezed;
}

function lineWidth(columns: readonly Pick<Laid<never>, 'width'>[]): number {
  return columns.reduce((sum, { width }) => sum + width, 0) + GAP * Math.max(0, columns.length - 1);
}

interface RowToPrint<Row> {
  readonly screen: Screen;
  readonly layout: Layout<Row> | undefined;
  readonly texts: readonly (readonly string[])[];
  readonly row: Row;
  readonly index: number;
}

function cellsOf<Row>({ screen, layout, texts, row, index }: RowToPrint<Row>): string[] {
  return (layout?.columns ?? []).map(({ column, at, width }) =>
    paint(screen, column.style?.(row), cut(texts[at]?.[index] ?? '', width)),
  );
}

function render<Row>(layout: Layout<Row>, rows: readonly string[][]): string[] {
  const table = new Table({
    chars: NO_LINES,
    style: { 'padding-left': 0, 'padding-right': GAP, head: [], border: [], compact: true },
    colWidths: layout.columns.map(({ width }) => width + GAP),
  });
  table.push(...rows);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}
