import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** Proof that no other process has it, until it is released or this process is gone. */
export interface FileLock {
  release(): void;
}

export type FileLockOutcome =
  | { readonly kind: 'locked'; readonly lock: FileLock }
  /** `pid`: of the process that has it, `unknown` when that can't be read. */
  | { readonly kind: 'held'; readonly pid: string };

/**
 * Takes a lock that the operating system drops when this process ends, however it ends: no stale lock is ever left. `pidFile`
 * then holds this process's id, for people and for who finds the lock held. Throws when the files can't be made.
 */
export function takeFileLock({
  lockFile,
  pidFile,
}: {
  readonly lockFile: string;
  readonly pidFile: string;
}): FileLockOutcome {
  const database = new DatabaseSync(lockFile);
  try {
    // In memory: there is nothing to roll back, and a journal file would take room on the disk.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    // Beside the lock, not in it: nobody else can read a database that is locked for good.
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    return { kind: 'held', pid: holderOf(pidFile) };
  }
  return { kind: 'locked', lock: { release: () => database.close() } };
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

function holderOf(pidFile: string): string {
  try {
    return readFileSync(pidFile, 'utf8').trim() || 'unknown';
  } catch {
    return 'unknown';
  }
}
