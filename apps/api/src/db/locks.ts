import { PostgresAdapter, type SelectQueryBuilder, sql, type Transaction } from 'kysely';
import type { Database, Queries } from './schema.ts';

/** Any number: the first of two that an advisory lock of ours has. */
const OUR_LOCKS = 72_364_519;

/**
 * Waits until no other transaction that took its turn at `what` is open; from then on it sees all that those
 * committed. For changes that depend on what was read before. On SQLite, where all transactions take turns,
 * this does nothing.
 */
export async function takeTurn(trx: Transaction<Database>, what: string): Promise<void> {
  if (!isPostgres(trx)) return;
  await sql`SELECT pg_advisory_xact_lock(${OUR_LOCKS}, hashtext(${what}))`.execute(trx);
}

/**
 * The query, locking the rows of `table` that it gives until the transaction ends, and passing over those
 * that another one has locked: two that take rows at the same time take different ones. On SQLite there is
 * never another one.
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
