import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { DatabaseSync } from 'node:sqlite';

/** A lock that no other process can take until it is released or this process ends. */
export interface FileLock {
  release(): void;
}

export type FileLockOutcome =
  | { readonly kind: 'locked'; readonly lock: FileLock }
  | { readonly kind: 'held'; readonly holder: LockHolder };

/** The process that has a lock; `unknown` when the file can't be read. */
export interface LockHolder {
  readonly pid: string;
  readonly host: string;
  readonly isThisProcess: boolean;
}

/** Tells this process from others with its pid: in a container, each has pid 1. */
const PROCESS_ID = randomUUID();

/**
 * Takes a lock that the operating system releases when this process ends, so none is ever stale. `pidFile`
 * then holds the pid, the host name and a random id of this process, a line each. Throws when the lock file
 * can't be made.
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
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    return { kind: 'held', holder: holderOf(pidFile) };
  }
  writeHolder(pidFile);
  return { kind: 'locked', lock: { release: () => database.close() } };
}

/** Beside the lock, not in it: nobody else can read a database that is locked for good. */
function writeHolder(pidFile: string): void {
  try {
    writeFileSync(pidFile, `${process.pid}\n${hostname()}\n${PROCESS_ID}\n`);
  } catch {
    // The lock holds without it: the file only tells people who has the lock.
  }
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

function holderOf(pidFile: string): LockHolder {
  const [pid, host, id] = linesOf(pidFile);
  return { pid: pid || 'unknown', host: host || 'unknown', isThisProcess: id === PROCESS_ID };
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
