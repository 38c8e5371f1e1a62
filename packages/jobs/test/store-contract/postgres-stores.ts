import { afterAll, beforeAll, inject } from 'vitest';
import { createPostgresStore, type PostgresStoreOptions } from '../../src/stores/postgres/store.ts';
import { createFakeClock } from '../../src/testing/fake-clock.ts';
import { useKeptConnections } from '../postgres/kept-connections.ts';
import { createTestDatabase, type TestDatabase } from '../postgres/test-database.ts';
import type { MakeStore } from './rig.ts';

const LIMITS = { maxLiveRuns: 1_000, maxRunsPutOff: 100 };

/** Stores on a database of the current test file. */
export function usePostgresStores(options: Pick<PostgresStoreOptions, 'shortcuts'> = {}): MakeStore {
  let database: TestDatabase | undefined;
  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'), 'contract');
  });
  afterAll(() => database?.drop());
  useKeptConnections();
  return async (startMs) => {
    const clock = createFakeClock(startMs);
    if (database === undefined) throw new Error('the database does not exist yet');
    const { url, empty } = database;
    return {
      clock,
      ...LIMITS,
      createStore: () => createPostgresStore({ url, clock, ownClock: true, ...LIMITS, ...options }),
      dispose: () => empty(),
    };
  };
}
