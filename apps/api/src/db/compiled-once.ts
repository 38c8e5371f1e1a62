import type { Compilable, Kysely } from 'kysely';
import type { Database } from './schema.ts';

/** A query for each request, compiled once: that takes Kysely longer than SQLite takes to answer. Its own value only holds the place. */
export function compiledOnce<Row>(
  database: Kysely<Database>,
  query: Compilable<Row>,
): (value: string) => Promise<Row | undefined> {
  const compiled = query.compile();
  return async (value) => (await database.executeQuery<Row>({ ...compiled, parameters: [value] })).rows[0];
}
