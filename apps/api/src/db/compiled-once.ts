import type { Compilable, Kysely } from 'kysely';
import type { Database } from './schema.ts';

/**
 * A query for each request, compiled once: that takes Kysely longer than SQLite takes to answer. Its own values only hold the places, in
 * the order in which they are bound, of those that the function takes. Gives the first row.
 */
export function compiledOnce<Row>(
  database: Kysely<Database>,
  query: Compilable<Row>,
): (...values: readonly string[]) => Promise<Row | undefined> {
  const compiled = query.compile();
  return async (...parameters) => (await database.executeQuery<Row>({ ...compiled, parameters })).rows[0];
}
