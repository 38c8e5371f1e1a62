import type { Config } from '../config/config.ts';
import { type DataDirLock, lockDataDir, openDataDir } from './data-dir.ts';
import { refuseMoved, requireMoved } from './move-notes.ts';
import { settleRestore } from './replace-databases.ts';

/**
 * Creates and locks DATA_DIR as far as the configuration requires. With PostgreSQL it is not locked, and
 * created only for mail files.
 */
export async function takeDataDir(
  config: Pick<Config, 'dataDir' | 'postgres' | 'smtpUrl'>,
): Promise<DataDirLock> {
  if (config.postgres === undefined || config.smtpUrl === undefined) openDataDir(config.dataDir);
  if (config.postgres !== undefined) {
    await requireMoved(config.dataDir, config.postgres.url);
    return { release: () => undefined };
  }
  const lock = await lockDataDir(config.dataDir);
  try {
    // Under the lock: a move that holds it may be about to write its note.
    await refuseMoved(config.dataDir);
    settleRestore(config.dataDir);
    return lock;
  } catch (error) {
    lock.release();
    throw error;
  }
}
