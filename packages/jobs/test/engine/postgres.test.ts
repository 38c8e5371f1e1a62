import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import type { JobStore } from '../../src/index.ts';
import { createPostgresStore } from '../../src/stores/postgres/index.ts';
import { createTestDatabase, type TestDatabase } from '../postgres/test-database.ts';
import type { MakeDatabase } from './engine-harness.ts';
import { engineSuite } from './engine-suite.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase(inject('postgresUrl'), `engine_${randomUUID().slice(0, 8)}`);
});
afterAll(() => database.drop());

const postgresDatabase: MakeDatabase = async () => {
  let generation = 0;
  /** A killed process does not learn that it is taken for dead, and never joins again. */
  const mortal = (store: JobStore): JobStore => {
    const born = generation;
    return {
      ...store,
      join: (node, listener) =>
        store.join(node, { ...listener, lost: () => born === generation && listener.lost() }),
    };
  };
  return {
    openStore: (clock) => mortal(createPostgresStore({ url: database.url, clock, ownClock: true })),
    async killAll() {
      generation += 1;
      await database.forgetNodes();
    },
    dispose: () => database.empty(),
  };
};

describe('engines on PostgreSQL', () => engineSuite(postgresDatabase));
