import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { createPostgresStore } from '../../src/stores/postgres/index.ts';
import { createFakeClock } from '../../src/testing/fake-clock.ts';
import { createTestDatabase, type TestDatabase } from '../postgres/test-database.ts';
import { storeContract } from './contract.ts';
import type { MakeStore } from './rig.ts';

const MAX_LIVE_RUNS = 5_000;

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase(inject('postgresUrl'), `contract_${randomUUID().slice(0, 8)}`);
});
afterAll(() => database.drop());

const makeStore: MakeStore = async (startMs) => {
  const clock = createFakeClock(startMs);
  const open = async () => {
    const opened = createPostgresStore({
      url: database.url,
      clock,
      ownClock: true,
      maxLiveRuns: MAX_LIVE_RUNS,
    });
    await opened.open();
    return opened;
  };
  let store = await open();
  return {
    store,
    clock,
    maxLiveRuns: MAX_LIVE_RUNS,
    async reopen() {
      await store.close();
      store = await open();
      return store;
    },
    async dispose() {
      await store.close();
      await database.empty();
    },
  };
};

describe('the store contract on PostgreSQL', () => storeContract(makeStore));
