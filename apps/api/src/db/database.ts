import type { Compilable, Kysely } from 'kysely';
import type { Database } from './schema.ts';

/** GreenVue's own database (the jobs have theirs). */
export interface AppDatabase {
  /** For what differs between the two, such as full-text search. */
  readonly dialect: 'sqlite' | 'postgres';
  /**
   * Queries throw a `DatabaseError`. On SQLite, `transaction()` holds the only write connection until its
   * callback settles: keep it short, run every query in it on the transaction itself (a write on `kysely`
   * would wait for it for ever), and await nothing else. On PostgreSQL it is READ COMMITTED, and others go on
   * beside it: see `locks.ts`; a statement that failed in it has undone it.
   */
  readonly kysely: Kysely<Database>;
  readonly lookUp: LookUp;
  /** Waits for the queries that were sent; later ones fail. */
  close(): Promise<void>;
}

/**
 * Makes of a query for one row by a key what finds the row of any key as of now, for what each request asks:
 * compiled once, and its own key only holds the place. On SQLite it reads on the calling thread, which takes
 * less time than to ask another one, and waits behind no longer query.
 */
export type LookUp = <Row>(query: Compilable<Row>) => (key: string) => Promise<Row | undefined>;
