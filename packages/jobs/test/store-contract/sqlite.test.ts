import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { createSqliteStore } from '../../src/stores/sqlite/index.ts';
import { createFakeClock } from '../../src/testing/fake-clock.ts';
import { storeContract } from './contract.ts';
import type { MakeStore } from './rig.ts';

const makeStore: MakeStore = async (startMs) => {
  const folder = await mkdtemp(join(tmpdir(), 'store-contract-'));
  const clock = createFakeClock(startMs);
  return {
    clock,
    maxLiveRuns: 100_000,
    maxRunsPutOff: 10_000,
    createStore: () => createSqliteStore({ file: join(folder, 'jobs.db'), clock }),
    dispose: () => rm(folder, { recursive: true }),
  };
};

describe('the store contract on SQLite', () => storeContract(makeStore));
