import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../src/core/clock.ts';
import type { JobStore } from '../../src/core/store/store.ts';
import type { RunLimits } from '../../src/stores/rows/bounds.ts';
import { createSqliteStore } from '../../src/stores/sqlite/store.ts';
import { createFakeClock } from '../../src/testing/fake-clock.ts';

/**
 * A database that tests use one after another. Its store stays open, because starting its two threads takes
 * longer than most tests.
 */
export interface KeptStore {
  readonly file: string;
  /** The open store, or one more. All of them use the clock of the last call. */
  createStore(clock: Clock): JobStore;
  /** Resets the database to its state after the first open. Returns false when this store is closed. */
  keep(store: JobStore): Promise<boolean>;
  /** Closes the open store and removes the files. */
  remove(): Promise<void>;
}

export async function createKeptStore(limits?: RunLimits): Promise<KeptStore> {
  const folder = await mkdtemp(join(tmpdir(), 'kept-store-'));
  const file = join(folder, 'jobs.db');
  const fresh = join(folder, 'fresh.db');
  let clock: Clock = createFakeClock(0);
  const makeStore = () =>
    createSqliteStore({
      file,
      clock: {
        now: () => clock.now(),
        monotonic: () => clock.monotonic(),
        setTimer: (ms, fire) => clock.setTimer(ms, fire),
      },
      ...(limits === undefined ? {} : { limits }),
    });
  let open: JobStore | undefined = makeStore();
  await open.open();
  await copyDatabase(file, fresh);
  return {
    file,
    createStore(ofTest) {
      clock = ofTest;
      if (open === undefined) return makeStore();
      const { open: openAgain, ...kept } = open;
      open = undefined;
      let isTaken = false;
      return {
        ...kept,
        async open() {
          if (isTaken) await openAgain();
          isTaken = true;
        },
      };
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

/** Page by page, under SQLite's locks: stores with the target open see the change as a commit. */
async function copyDatabase(from: string, to: string): Promise<void> {
  const source = new DatabaseSync(from);
  try {
    await backup(source, to);
  } finally {
    source.close();
  }
}
