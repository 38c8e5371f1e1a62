import type { JobStore } from '../../core/store/store.ts';
import { createSystemClock } from '../../system-clock.ts';
import { createSqliteStore, type SqliteStoreOptions } from './store.ts';

export type SqliteOptions = Pick<SqliteStoreOptions, 'databaseId'>;

/**
 * The store in a SQLite file, for one process: `sqlite('jobs.db')`. `file` is a path or a `file:` URI; the
 * file is created if missing, its folder must exist. `:memory:` keeps everything in memory until the end.
 *
 * `start()` locks the file, and rejects with a `StoreError` of code `in_use` while another process has it.
 */
export function sqlite(file: string, options: SqliteOptions = {}): JobStore {
  return createSqliteStore({ ...options, file, clock: createSystemClock() });
}
