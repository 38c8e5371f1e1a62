import { isMainThread } from 'node:worker_threads';
import type { AppDatabase } from './database.ts';

export type DatabaseOptions = SqliteOptions | PostgresOptions;

/** Where a database is. Survives structured cloning. */
export type DatabaseLocation = Pick<SqliteOptions, 'file'> | Pick<PostgresOptions, 'url'>;

export interface SqliteOptions {
  /** Made when absent. Its folder must exist. */
  readonly file: string;
  /**
   * `thread`: on threads of their own, so that the caller's event loop waits for nothing of SQLite but
   * look-ups. `inline`: on the calling thread, for one that serves no HTTP. By default `thread` on the main
   * thread and `inline` elsewhere.
   */
  readonly isolation?: 'inline' | 'thread';
}

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`; the schema `greenvue` in it is GreenVue's. */
  readonly url: string;
  /** At most. By default 10 on the main thread and 2 elsewhere. */
  readonly connections?: number;
}

/**
 * Opens the database and applies the migrations that are missing. Throws a `NewerDatabaseError` when it is
 * ahead, an `UnusableServerError` when PostgreSQL or the rights on it are not what is needed, and a
 * `DatabaseError` when it can't be opened.
 */
export async function createDatabase(options: DatabaseOptions): Promise<AppDatabase> {
  // Loads only the driver in use, because loading a driver takes much of a start.
  if ('url' in options) {
    const { openPostgres } = await import('./postgres/open.ts');
    return openPostgres({ url: options.url, connections: options.connections ?? (isMainThread ? 10 : 2) });
  }
  const { openSqlite } = await import('./sqlite/open.ts');
  return openSqlite({
    file: options.file,
    isolation: options.isolation ?? (isMainThread ? 'thread' : 'inline'),
  });
}
