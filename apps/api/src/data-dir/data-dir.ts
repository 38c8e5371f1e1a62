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
    restoring: join(dataDir, 'restoring'),
    replaced: join(dataDir, 'replaced'),
    moved: join(dataDir, 'moved-to-postgres'),
    moving: join(dataDir, 'moving-to-postgres'),
  };
}

/** The name of a folder made at an instant such as `2026-01-31T12:00:00.000Z`. */
export function stampOf(instant: string): string {
  return instant.replaceAll(/[:.]/g, '-');
}

/**
 * Creates DATA_DIR, or removes the permissions of other users from it. Throws a {@link StartError} if it is
 * not writable or stays open to others.
 */
export function openDataDir(dataDir: string, screen?: StartScreen): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartError(
      `DATA_DIR ${dataDir} is not writable (${why}): set it to a folder that this user can write to.`,
    );
  }
  makePrivate(dataDir, screen);
}

/** The lock on a folder, held until `release` or the end of the process. */
export interface DataDirLock {
  release(): void;
}

/**
 * Locks DATA_DIR for this process, including `app.db`; the jobs' store locks only `jobs.db`. The operating
 * system releases the lock when the process ends for any reason. Throws a {@link StartError} with the pid and
 * the host of the process that holds it.
 */
export async function lockDataDir(dataDir: string): Promise<DataDirLock> {
  // Loaded here, so that a server on PostgreSQL loads nothing of SQLite.
  const { takeFileLock } = await import('@greenvue/jobs/sqlite');
  const files = dataFiles(dataDir);
  const outcome = takeFileLock({ lockFile: files.lock, pidFile: files.pid });
  if (outcome.kind === 'locked') return outcome.lock;
  const { pid, host } = outcome.holder;
  throw new StartError(
    `DATA_DIR ${dataDir} is in use by another GreenVue (pid ${pid} on ${host}): stop it, or set another DATA_DIR.`,
  );
}
