import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { createPostgresStore } from '../../src/stores/postgres/index.ts';
import { createFakeClock } from '../../src/testing/fake-clock.ts';
import { createTestDatabase, type TestDatabase } from '../postgres/test-database.ts';
import { storeContract } from './contract.ts';
import type { MakeStore } from './rig.ts';

const MAX_RUNS_PUT_OFF = 1_000;
const MAX_LIVE_RUNS = 5_000;

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase(inject('postgresUrl'), `contract_${randomUUID().slice(0, 8)}`);
});
afterAll(() => database.drop());

const makeStore: MakeStore = async (startMs) => {
  const clock = createFakeClock(startMs);
  const options = {
    url: database.url,
    clock,
    ownClock: true,
    maxLiveRuns: MAX_LIVE_RUNS,
    maxRunsPutOff: MAX_RUNS_PUT_OFF,
  };
  return {
    clock,
    maxLiveRuns: MAX_LIVE_RUNS,
    maxRunsPutOff: MAX_RUNS_PUT_OFF,
    createStore: () => createPostgresStore(options),
    dispose: () => database.empty(),
  };
};

describe('the store contract on PostgreSQL', () => storeContract(makeStore));
