import { describe } from 'vitest';
import { createMemoryDatabase, createMemoryStore } from '../../src/stores/memory/index.ts';
import type { MakeDatabase } from './engine-harness.ts';
import { engineSuite } from './engine-suite.ts';

const memoryDatabase: MakeDatabase = async () => {
  const database = createMemoryDatabase();
  return {
    openStore: (clock) => createMemoryStore({ clock, database }),
    killAll: async () => undefined,
    dispose: async () => undefined,
  };
};

describe('engines in memory', () => engineSuite(memoryDatabase));
