import { describe } from 'vitest';
import { createMemoryDatabase, createMemoryStore } from '../../src/stores/memory/index.ts';
import { createFakeClock } from '../../src/testing/fake-clock.ts';
import { storeContract } from './contract.ts';
import type { MakeStore } from './rig.ts';

const makeStore: MakeStore = async (startMs) => {
  const clock = createFakeClock(startMs);
  const database = createMemoryDatabase();
  const limits = { maxLiveRuns: 1_000, maxRunsPutOff: 100 };
  return {
    clock,
    ...limits,
    createStore: () => createMemoryStore({ clock, database, ...limits }),
    dispose: async () => undefined,
  };
};

describe('the store contract in memory', () => storeContract(makeStore));
