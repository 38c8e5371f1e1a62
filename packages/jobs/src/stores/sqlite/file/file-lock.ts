import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../../../core/model/errors.ts';
import { faultCode } from '../sqlite-faults.ts';
import type { DatabaseFile } from './database-file.ts';

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
    // In memory: there is nothing to roll back, and a journal file would use disk space.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    return { kind: 'held', holder: holderOf(pidFile) };
  }
  writeHolder(pidFile);
  return { kind: 'locked', lock: { release: () => database.close() } };
}

/**
 * Locks a database for one store of one process. Throws a `StoreError` of code `in_use` that names the
 * process which has it. A database in memory needs no lock.
 */
export function lockDatabase({ path }: DatabaseFile): FileLock {
  if (path === undefined) return { release: () => undefined };
  const outcome = lockOf(path);
  if (outcome.kind === 'locked') return outcome.lock;
  throw new StoreError('in_use', inUse(path, outcome.holder));
}

function inUse(path: string, { pid, host, isThisProcess }: LockHolder): string {
  if (isThisProcess)
    return `This process (pid ${pid} on ${host}) has the job database ${path} open already: use that store, or close it first.`;
  // Another thread has another copy of this module, and so another id of the process.
  if (pid === String(process.pid) && host === hostname())
    return `The job database ${path} is in use by pid ${pid} on ${host}, and this process has the same pid and host. Probably another thread of it, or another copy of @greenvue/jobs, has the file open: start one engine, in one thread.`;
  return `The job database ${path} is in use by another process (pid ${pid} on ${host}): stop that process, or give this one a database file of its own. Several processes can share PostgreSQL.`;
}

function lockOf(path: string): FileLockOutcome {
  try {
    return takeFileLock({ lockFile: `${path}.lock`, pidFile: `${path}.lock.pid` });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const what = `The job database ${path} can't be locked: ${why}`;
    const how = `this process must be able to write files in ${dirname(path)}`;
    throw new StoreError(faultCode(cause), `${what}. Check that ${how}.`, { cause });
  }
}

/** In a separate file, because other processes cannot read the exclusively locked one. */
function writeHolder(pidFile: string): void {
  try {
    writeFileSync(pidFile, `${process.pid}\n${hostname()}\n${PROCESS_ID}\n`);
  } catch {
    // The lock works without this file, which only tells people who holds it.
  }
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

function holderOf(pidFile: string): LockHolder {
  let lines: readonly string[] = [];
  try {
    lines = readFileSync(pidFile, 'utf8').split('\n');
  } catch {
    // The holder is unknown, and holds the lock.
  }
  const [pid, host, id] = lines;
  return { pid: pid || 'unknown', host: host || 'unknown', isThisProcess: id === PROCESS_ID };
}
