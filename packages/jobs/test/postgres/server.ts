import {
  type PostgresOptions,
  type PostgresServer,
  startPostgres as start,
} from '../../../../scripts/postgres/server.ts';

export type { StopMode } from '../../../../scripts/postgres/server.ts';
export { createDatabase, dropDatabase, withClient } from '../../../../scripts/postgres/server.ts';
export type { PostgresOptions, PostgresServer };

const TEST_SETTINGS = {
  // Nothing here has to survive the machine; a crash of the server alone loses nothing without them.
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'on',
  shared_buffers: '64MB',
} as const;

/**
 * A PostgreSQL that forgets with the machine; `settings` go over those for tests, such as `{ fsync: 'on' }`.
 */
export function startPostgres({ settings, ...options }: PostgresOptions = {}): Promise<PostgresServer> {
  return start({ ...options, settings: { ...TEST_SETTINGS, ...settings } });
}
