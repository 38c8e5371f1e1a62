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
  const open = async () => {
    const opened = createSqliteStore({ file: join(folder, 'jobs.db'), clock });
    await opened.open();
    return opened;
  };
  let store = await open();
  return {
    store,
    clock,
    maxLiveRuns: 100_000,
    async reopen() {
      await store.close();
      store = await open();
      return store;
    },
    async dispose() {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
};

describe('the store contract on SQLite', () => storeContract(makeStore));
