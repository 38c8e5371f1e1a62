import { statfs } from 'node:fs/promises';
import {
  type PostgresOptions,
  type PostgresServer,
  startPostgres as start,
} from '../../../../scripts/postgres/server.ts';

export type { StopMode } from '../../../../scripts/postgres/server.ts';
export { createDatabase, dropDatabase } from '../../../../scripts/postgres/server.ts';
export type { PostgresServer };

const TEST_SETTINGS = {
  // Nothing here has to survive the machine; a crash of the server alone loses nothing without them.
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'on',
  shared_buffers: '64MB',
} as const;

/** Folders there are kept in memory, on Linux. Tests make and remove thousands of files by their databases, some disks take a millisecond for each. */
const MEMORY = '/dev/shm';
const ROOM_BYTES = 4 * 1024 ** 3;

/** A PostgreSQL that forgets with the machine; `settings` go over those for tests, such as `{ fsync: 'on' }`. */
export async function startPostgres({ settings, ...options }: PostgresOptions = {}): Promise<PostgresServer> {
  const all = { ...TEST_SETTINGS, ...settings };
  const memory = all.fsync === 'off' && (await hasRoom()) ? { scratch: MEMORY } : {};
  return start({ ...memory, ...options, settings: all });
}

async function hasRoom(): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(MEMORY);
    return Math.min(bavail * bsize, process.availableMemory()) > ROOM_BYTES;
  } catch {
    return false;
  }
}
