import type { Compilable, Kysely } from 'kysely';
import type { Database } from './schema.ts';

/** GreenVue's own database (the jobs have theirs). */
export interface AppDatabase {
  /** For what differs between the two, such as full-text search. */
  readonly dialect: 'sqlite' | 'postgres';
  /**
   * Queries throw a `DatabaseError`. On SQLite, `transaction()` holds the only write connection: run all
   * queries on the transaction itself, because a write on `kysely` would wait forever, and await nothing
   * else. On PostgreSQL it is READ COMMITTED (see `locks.ts`), and a failed statement ends it.
   */
  readonly kysely: Kysely<Database>;
  readonly lookUp: LookUp;
  /** Waits for the queries that were sent; later ones fail. */
  close(): Promise<void>;
}

/**
 * Turns a query for one row by a key into a function that finds the row of any key. Compiled once, for
 * look-ups of every request; the key in the query is a placeholder. On SQLite it reads on the calling thread,
 * which is faster than a message to another thread and never waits behind a longer query.
 */
export type LookUp = <Row>(query: Compilable<Row>) => (key: string) => Promise<Row | undefined>;
