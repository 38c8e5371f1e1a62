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

/** A part of a line in a style of its own. */
export interface Styled {
  readonly text: string;
  readonly style: Style | undefined;
}

export type Fact = readonly [label: string, ...value: readonly (string | Styled)[]];

/**
 * A label and its value for each fact, below each other; an empty value has no line. Values may hold
 * anything.
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
  /** Asks for a page of at most so many rows, 200 at most. */
  readonly page: (query: {
    readonly limit: number;
    readonly cursor: string | undefined;
  }) => Promise<Page<Row>>;
  readonly columns: readonly Column<Row>[];
  /** When there is none. */
  readonly empty: string;
}

/**
 * A list, page by page as it comes: a table, or one JSON document like a single answer of the API's. Where
 * `limit` ends it, stderr says that there is more.
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
    err.line(`These are ${rows}, and there are more: --limit ${rows * 10}, or --limit all.`);
}

interface ListPrinter<Row> {
  rows(rows: readonly Row[]): void;
  end(cursor: string | undefined): void;
}

function tablePrinter<Row>(out: Screen, columns: readonly Column<Row>[]): ListPrinter<Row> {
  const table = createTable(out, columns);
  return { rows: (rows) => (rows.length > 0 ? table.print(rows) : undefined), end: () => undefined };
}

/** A row a line, so that a million of them are never in memory together. */
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
