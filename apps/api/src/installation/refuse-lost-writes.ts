import { dataFiles } from '../data-dir/data-dir.ts';
import { StartError } from '../start/start-error.ts';

/**
 * Throws a {@link StartError} if a database may have lost acknowledged writes, because its write-ahead log is damaged
 * or missing. Call it before the databases are opened, because opening them removes the signs.
 */
export async function refuseLostWrites(dataDir: string): Promise<void> {
  const { findLogDamage } = await import('@greenvue/jobs/sqlite');
  const { jobs, app } = dataFiles(dataDir);
  for (const file of [jobs, app]) {
    const why = findLogDamage(file);
    if (why !== undefined) throw new StartError(lostWrites(file, why));
  }
}

function lostWrites(file: string, why: string): string {
  return `The database ${file} may have lost acknowledged writes (${why}): put the undamaged file back, or restore a backup of both databases with: greenvue restore <folder>. To start without the lost writes, remove ${file}-wal and ${file}-shm first.`;
}
