import {
  type PostgresOptions,
  type PostgresServer,
  startPostgres as start,
} from '../../../../scripts/postgres/server.ts';

export type { StopMode } from '../../../../scripts/postgres/server.ts';
export { createDatabase, dropDatabase, withClient } from '../../../../scripts/postgres/server.ts';
export type { PostgresOptions, PostgresServer };

const TEST_SETTINGS = {
  // These tests need no data after a crash of the machine; a crash of the server alone loses nothing.
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'on',
  shared_buffers: '64MB',
} as const;

/** A PostgreSQL without durability; `settings`, such as `{ fsync: 'on' }`, override those for tests. */
export function startPostgres({ settings, ...options }: PostgresOptions = {}): Promise<PostgresServer> {
  return start({ ...options, settings: { ...TEST_SETTINGS, ...settings } });
}
