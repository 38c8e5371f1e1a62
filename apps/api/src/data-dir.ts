import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makePrivate, type StartScreen } from './private-folder.ts';
import { StartError } from './start-error.ts';

/** The files of DATA_DIR. */
export function dataFiles(dataDir: string) {
  return {
    app: join(dataDir, 'app.db'),
    jobs: join(dataDir, 'jobs.db'),
    lock: join(dataDir, 'lock.db'),
    pid: join(dataDir, 'lock.pid'),
    outbox: join(dataDir, 'outbox'),
    backups: join(dataDir, 'backups'),
    moved: join(dataDir, 'moved-to-postgres'),
    moving: join(dataDir, 'moving-to-postgres'),
  };
}

/**
 * Makes DATA_DIR, or takes the rights on it from all but its owner. Throws a {@link StartError} when it can't be written to or
 * stays open to others.
 */
export function openDataDir(dataDir: string, screen?: StartScreen): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartError(`DATA_DIR ${dataDir} can't be written to: set it to a folder that can (${why}).`);
  }
  makePrivate(dataDir, screen);
}

/** Proof that no other server uses the folder, until it is given back or the process is gone. */
export interface DataDirLock {
  release(): void;
}

/**
 * Locks DATA_DIR for this process. The operating system lets go of the lock when the process ends, however it ends, so there
 * is no stale lock to clear. Throws a {@link StartError} that names the pid of the process that has it.
 */
export function lockDataDir(dataDir: string): DataDirLock {
  const files = dataFiles(dataDir);
  const database = new DatabaseSync(files.lock);
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    throw new StartError(
      `DATA_DIR ${dataDir} is in use by another GreenVue (pid ${holderOf(files.pid)}): stop it, or set another DATA_DIR.`,
    );
  }
  // Beside the lock, not in it: nobody else can read a database that is locked for good.
  writeFileSync(files.pid, `${process.pid}\n`);
  return { release: () => database.close() };
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
