import { setTimeout as delay } from 'node:timers/promises';
import { type DataDirLock, dataFiles, lockDataDir } from '../data-dir/data-dir.ts';
import { StartError } from '../start/start-error.ts';

/**
 * Throws a {@link StartError} if a database may have lost acknowledged writes, because its write-ahead log is
 * damaged or missing. Call it before the databases are opened, because opening them removes the signs.
 */
export async function refuseLostWrites(dataDir: string): Promise<void> {
  const line = await lostWritesIn(dataDir);
  if (line !== undefined) throw new StartError(line);
}

/**
 * {@link refuseLostWrites} for a command, which may run beside a server. A running server changes the log while
 * the command reads it, so only damage that stays for 2 s is refused.
 */
export async function refuseLostWritesAlone(dataDir: string): Promise<void> {
  const end = performance.now() + SETTLED_MS;
  for (;;) {
    const line = await lostWritesIn(dataDir);
    if (line === undefined) return;
    const lock = await lockUnlessServed(dataDir);
    if (lock !== undefined) return refuseLostWrites(dataDir).finally(() => lock.release());
    // Another command, or a server that starts and is about to refuse the files, has the lock, too.
    if (performance.now() > end) throw new StartError(line);
    await delay(POLL_MS);
  }
}

const SETTLED_MS = 2_000;
const POLL_MS = 100;

async function lockUnlessServed(dataDir: string): Promise<DataDirLock | undefined> {
  try {
    return await lockDataDir(dataDir);
  } catch (error) {
    if (error instanceof StartError) return undefined;
    throw error;
  }
}

async function lostWritesIn(dataDir: string): Promise<string | undefined> {
  const { findLogDamage } = await import('@greenvue/jobs/sqlite');
  const { jobs, app } = dataFiles(dataDir);
  for (const file of [jobs, app]) {
    const why = findLogDamage(file);
    if (why !== undefined) return lostWrites(file, why);
  }
  return undefined;
}

function lostWrites(file: string, why: string): string {
  return `The database ${file} may have lost acknowledged writes (${why}): put the undamaged file back, or restore a backup of both databases with: greenvue restore <folder>. To start without the lost writes, remove ${file}-wal and ${file}-shm first.`;
}
