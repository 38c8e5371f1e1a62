/** A page of a list. */
export interface Page<Row> {
  readonly data: readonly Row[];
  /** The `cursor` of the next page; `null` on the last. */
  readonly next_cursor: string | null;
}

/** The requested page of a list. */
export interface PageQuery {
  /** Maximum number of rows, 1 to 200; default 50. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** The rows of a list. */
export type Rows<Row> = AsyncGenerator<Row, void, undefined>;

const LARGEST_PAGE = 200;

/**
 * The rows of all pages, one by one. Requests each page only when the consumer reaches its first row. Pages
 * have 200 rows unless the query has a `limit`.
 */
export async function* allOf<Row, Query extends PageQuery>(
  list: (query: Query & PageQuery) => Promise<Page<Row>>,
  query: Query,
): Rows<Row> {
  const limit = query.limit ?? LARGEST_PAGE;
  let cursor: string | undefined = query.cursor;
  do {
    const page: Page<Row> = await list({ ...query, limit, cursor });
    yield* page.data;
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
}
