import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../start/start-error.ts';
import { makePrivate, type StartScreen } from './private-folder.ts';

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
 * Makes DATA_DIR, or takes the rights on it from all but its owner. Throws a {@link StartError} when it can't
 * be written to or stays open to others.
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
 * Locks DATA_DIR for this process, and with it `app.db`: the jobs' store locks only `jobs.db`. The operating
 * system drops the lock when the process ends, however it ends. Throws a {@link StartError} that names the
 * pid and the host of the process that has it.
 */
export async function lockDataDir(dataDir: string): Promise<DataDirLock> {
  // On PostgreSQL nothing of SQLite is loaded.
  const { takeFileLock } = await import('@greenvue/jobs/sqlite');
  const files = dataFiles(dataDir);
  const outcome = takeFileLock({ lockFile: files.lock, pidFile: files.pid });
  if (outcome.kind === 'locked') return outcome.lock;
  const { pid, host } = outcome.holder;
  throw new StartError(
    `DATA_DIR ${dataDir} is in use by another GreenVue (pid ${pid} on ${host}): stop it, or set another DATA_DIR.`,
  );
}
