import { afterAll, describe } from 'vitest';
import { createFakeClock } from '../../src/testing/fake-clock.ts';
import { storeContract } from './contract.ts';
import type { MakeStore } from './rig.ts';
import { createKeptStore, type KeptStore } from './sqlite-kept-store.ts';

const LIMITS = { maxLiveRuns: 1_000, maxRunsPutOff: 100 };

/** The store of the last test, unless the test has closed it. */
let kept: KeptStore | undefined;
afterAll(() => kept?.remove());

const makeStore: MakeStore = async (startMs) => {
  const mine = kept ?? (await createKeptStore(LIMITS));
  kept = undefined;
  const clock = createFakeClock(startMs);
  return {
    clock,
    ...LIMITS,
    createStore: () => mine.createStore(clock),
    async takeBack(store) {
      if (await mine.keep(store)) kept = mine;
      else await store.close();
    },
    async dispose() {
      if (kept !== mine) await mine.remove();
    },
  };
};

describe('the store contract on SQLite', () => storeContract(makeStore));
