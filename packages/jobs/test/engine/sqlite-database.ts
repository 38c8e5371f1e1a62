import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type JobStore, StoreError } from '../../src/index.ts';
import { createSqliteStore } from '../../src/stores/sqlite/store.ts';
import { createKeptStore, type KeptStore } from '../store-contract/sqlite-kept-store.ts';
import type { MakeDatabase } from './engine-harness.ts';

/**
 * A database file. Opening it again works as after the death of all earlier processes: they lose the lock but
 * may still write (P10, fence).
 */
export const sqliteDatabase: MakeDatabase = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'greenvue-engine-'));
  const file = join(folder, 'jobs.db');
  return {
    openStore(clock) {
      forgetLock(file);
      return createSqliteStore({ file, clock });
    },
    killAll: async () => undefined,
    dispose: async () => rmSync(folder, { recursive: true, force: true }),
  };
};

/** The same, but the first store of each test is the store of the previous test. */
export function useKeptDatabase(): MakeDatabase {
  let kept: KeptStore | undefined;
  afterAll(() => kept?.remove());
  return async () => {
    const mine = kept ?? (await createKeptStore());
    kept = undefined;
    let first: JobStore | undefined;
    return {
      openStore(clock) {
        forgetLock(mine.file);
        const store = mine.createStore(clock);
        if (first !== undefined) return store;
        first = store;
        return lend(store);
      },
      killAll: async () => undefined,
      async dispose() {
        if (first !== undefined && (await mine.keep(first))) kept = mine;
        else await mine.remove();
      },
    };
  };
}

function forgetLock(file: string): void {
  rmSync(`${file}.lock`, { force: true });
}

/** A store that refuses all calls once it is closed, while its owner keeps it open. */
function lend(store: JobStore): JobStore {
  let isClosed = false;
  const refuse = async () => {
    throw new StoreError('unavailable', 'The store is closed.');
  };
  return new Proxy(store, {
    get(target, name) {
      if (name === 'close')
        return async () => {
          isClosed = true;
        };
      const member: unknown = Reflect.get(target, name);
      return isClosed && name !== 'now' && typeof member === 'function' ? refuse : member;
    },
  });
}
