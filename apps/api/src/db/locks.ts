import { PostgresAdapter, type SelectQueryBuilder, sql, type Transaction } from 'kysely';
import type { Database, Queries } from './schema.ts';

/** An arbitrary number: the first key of GreenVue's advisory locks. */
const OUR_LOCKS = 72_364_519;

/**
 * Locks `what` until the transaction ends, and so sees all commits of earlier holders. For changes that
 * depend on an earlier read. Does nothing on SQLite, which has only one transaction at a time.
 */
export async function takeTurn(trx: Transaction<Database>, what: string): Promise<void> {
  if (!isPostgres(trx)) return;
  await sql`SELECT pg_advisory_xact_lock(${OUR_LOCKS}, hashtext(${what}))`.execute(trx);
}

/**
 * Makes a query lock the rows of `table` that it returns until the transaction ends, and skip rows that
 * another transaction has locked. On SQLite there is only one transaction at a time.
 */
export function passingOverLocked<DB, Tables extends keyof DB, Row>(
  trx: Queries,
  query: SelectQueryBuilder<DB, Tables, Row>,
  table: Tables & string,
): SelectQueryBuilder<DB, Tables, Row> {
  return isPostgres(trx) ? query.forUpdate(table).skipLocked() : query;
}

function isPostgres(queries: Queries): boolean {
  return queries.getExecutor().adapter instanceof PostgresAdapter;
}
