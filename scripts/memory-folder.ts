import { accessSync, constants, statfsSync } from 'node:fs';

/** What lies there is in memory, on Linux. */
const MEMORY = '/dev/shm';
const ROOM_BYTES = 4 * 1024 ** 3;

/**
 * The folder for files of tests, where the system has one in memory with enough room. A commit waits for the
 * disk, and tests make hundreds of databases. No machine crashes in them: only processes do.
 */
export function memoryFolder(): string | undefined {
  try {
    accessSync(MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(MEMORY);
    return Math.min(bavail * bsize, process.availableMemory()) > ROOM_BYTES ? MEMORY : undefined;
  } catch {
    // There is none on other systems.
    return undefined;
  }
}
