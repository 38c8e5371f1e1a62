import type { Config } from '../config/config.ts';
import { type DataDirLock, lockDataDir, openDataDir } from './data-dir.ts';
import { refuseMoved, requireMoved } from './move-notes.ts';

/**
 * Makes DATA_DIR and locks it for this process, as far as the configuration needs it: on PostgreSQL nothing
 * in it is locked, and it is made only for mail that goes into files.
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
    // Under the lock: its last holder may be a move that has just noted where the data is.
    await refuseMoved(config.dataDir);
    return lock;
  } catch (error) {
    lock.release();
    throw error;
  }
}
