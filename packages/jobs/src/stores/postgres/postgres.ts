import type { JobStore } from '../../core/store/store.ts';
import { createSystemClock } from '../../system-clock.ts';
import { createPostgresStore, type PostgresStoreOptions } from './store.ts';

export type PostgresOptions = Omit<PostgresStoreOptions, 'clock' | 'ownClock'>;

/**
 * The store in PostgreSQL, for one process or several: `postgres('postgres://user:password@host/database')`,
 * or options with that `url`. It creates the schema `greenvue_jobs` in the database, and updates it.
 */
export function postgres(options: string | PostgresOptions): JobStore {
  const given = typeof options === 'string' ? { url: options } : options;
  return createPostgresStore({ ...given, clock: createSystemClock() });
}
