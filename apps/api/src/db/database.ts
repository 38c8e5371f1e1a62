import { isMainThread } from 'node:worker_threads';
import type { Kysely } from 'kysely';
import type { Database } from './schema.ts';
import { openSqlite } from './sqlite/open.ts';

/** GreenVue's own database (the jobs have theirs). */
export interface AppDatabase {
  /**
   * `transaction()` holds the only write connection until its callback settles: keep it short, run every query in it on
   * the transaction itself (a write on `kysely` would wait for it for ever), and await nothing else. Queries throw a
   * `DatabaseError`.
   */
  readonly kysely: Kysely<Database>;
  /** Waits for the queries that were sent; later ones fail. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** A SQLite file; made when absent. Its folder must exist. */
  readonly file: string;
  /**
   * `thread`: on threads of their own, so that the caller's event loop never waits for SQLite. `inline`: on the calling
   * thread, for one that serves no HTTP. By default `thread` on the main thread and `inline` elsewhere.
   */
  readonly isolation?: 'inline' | 'thread';
}

/** Opens the database and applies the migrations that are missing. Throws a `NewerDatabaseError` when it is ahead. */
export async function createDatabase(options: DatabaseOptions): Promise<AppDatabase> {
  return openSqlite({
    file: options.file,
    isolation: options.isolation ?? (isMainThread ? 'thread' : 'inline'),
  });
}
