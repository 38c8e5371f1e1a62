import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import type { JobStore } from '../../src/core/store/store.ts';
import { createSqliteStore } from '../../src/stores/sqlite/index.ts';
import { createFakeClock, type FakeClock } from '../../src/testing/fake-clock.ts';

/**
 * A database for one test after another. Its store stays open between tests, because starting its two threads
 * takes longer than most tests.
 */
export interface KeptStore {
  /** Gives the stores of the next test a clock of their own. */
  startClock(startMs: number): FakeClock;
  /** The store that is open, or one more. */
  createStore(): JobStore;
  /** Restores the database to the state right after its first open. False when this store is closed. */
  keep(store: JobStore): Promise<boolean>;
  /** Closes the store that is open, and removes the files. */
  remove(): Promise<void>;
}

export async function createKeptStore(): Promise<KeptStore> {
  const folder = await mkdtemp(join(tmpdir(), 'store-contract-'));
  const file = join(folder, 'jobs.db');
  const fresh = join(folder, 'fresh.db');
  let clock = createFakeClock(0);
  const makeStore = () =>
    createSqliteStore({
      file,
      clock: {
        now: () => clock.now(),
        monotonic: () => clock.monotonic(),
        setTimer: (ms, fire) => clock.setTimer(ms, fire),
      },
    });
  let open: JobStore | undefined = makeStore();
  await open.open();
  await copyDatabase(file, fresh);
  return {
    startClock(startMs) {
      clock = createFakeClock(startMs);
      return clock;
    },
    createStore() {
      if (open === undefined) return makeStore();
      const store = { ...open, open: async () => undefined };
      open = undefined;
      return store;
    },
    async keep(store) {
      const isOpen = await store.check().then(
        () => true,
        () => false,
      );
      if (!isOpen) return false;
      await copyDatabase(fresh, file);
      open = store;
      return true;
    },
    async remove() {
      await open?.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Page by page, under SQLite's locks: stores that have the target open see the change as a commit. */
async function copyDatabase(from: string, to: string): Promise<void> {
  const source = new DatabaseSync(from);
  try {
    await backup(source, to);
  } finally {
    source.close();
  }
}
