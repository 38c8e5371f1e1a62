import type { Page } from '@greenvue/jobs/client';
import { printableJson } from './printable.ts';
import { paint, type Screen, type Style } from './screen.ts';
import { type Column, createTable } from './table.ts';
import { widthOf } from './width.ts';

const LARGEST_PAGE = 200;

/** One JSON document. */
export function printJson(out: Screen, value: unknown): void {
  out.line(printableJson(value, 2));
}

/** A part of a line with its own style. */
export interface Styled {
  readonly text: string;
  readonly style: Style | undefined;
}

export type Fact = readonly [label: string, ...value: readonly (string | Styled)[]];

/**
 * Prints a line with label and value for each fact, except those with an empty value. Escapes unsafe
 * characters.
 */
export function printFacts(out: Screen, facts: readonly Fact[]): void {
  const known = facts.flatMap(([label, ...parts]) => {
    const value = parts
      .map((part) =>
        typeof part === 'string' ? paint(out, undefined, part) : paint(out, part.style, part.text),
      )
      .join('');
    return value === '' ? [] : [{ label, value }];
  });
  const width = Math.max(0, ...known.map(({ label }) => widthOf(label)));
  for (const { label, value } of known) {
    out.line(`${paint(out, 'bold', label)}${' '.repeat(width - widthOf(label))}  ${value}`);
  }
}

export interface List<Row> {
  readonly limit: number;
  readonly json: boolean | undefined;
  /** Requests a page with at most `limit` rows, 200 at most. */
  readonly page: (query: {
    readonly limit: number;
    readonly cursor: string | undefined;
  }) => Promise<Page<Row>>;
  readonly columns: readonly Column<Row>[];
  /** Message for an empty list. */
  readonly empty: string;
}

/**
 * Prints a list page by page, as a table or as one JSON document like a response of the API. If `limit` ends
 * it, stderr says that there are more rows.
 */
export async function printList<Row>(
  { out, err }: { readonly out: Screen; readonly err: Screen },
  { limit, json, page, columns, empty }: List<Row>,
): Promise<void> {
  const printer = json ? jsonPrinter<Row>(out) : tablePrinter(out, columns);
  let rows = 0;
  let cursor: string | undefined;
  do {
    const { data, next_cursor } = await page({ limit: Math.min(LARGEST_PAGE, limit - rows), cursor });
    printer.rows(data);
    rows += data.length;
    cursor = next_cursor ?? undefined;
  } while (cursor !== undefined && rows < limit);
  printer.end(cursor);
  if (rows === 0 && !json) err.line(empty);
  if (cursor !== undefined)
    err.line(`Showing ${rows} rows; there are more. Use --limit ${rows * 10} or --limit all.`);
}

interface ListPrinter<Row> {
  rows(rows: readonly Row[]): void;
  end(cursor: string | undefined): void;
}

function tablePrinter<Row>(out: Screen, columns: readonly Column<Row>[]): ListPrinter<Row> {
  const table = createTable(out, columns);
  return { rows: (rows) => (rows.length > 0 ? table.print(rows) : undefined), end: () => undefined };
}

/** Prints one row per line, without collecting all rows in memory. */
function jsonPrinter<Row>(out: Screen): ListPrinter<Row> {
  let before = '{"data":[\n';
  return {
    rows: (rows) => {
      for (const row of rows) {
        out.write(`${before}${printableJson(row)}`);
        before = ',\n';
      }
    },
    end: (cursor) => {
      if (before.startsWith('{')) out.write('{"data":[');
      out.line(`\n],"next_cursor":${printableJson(cursor ?? null)}}`);
    },
  };
}
