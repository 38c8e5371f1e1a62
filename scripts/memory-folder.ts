import { accessSync, constants, statfsSync } from 'node:fs';

/** A folder in memory on Linux. */
const MEMORY = '/dev/shm';
const ROOM_BYTES = 4 * 1024 ** 3;

/**
 * The folder for test files, in memory if the system has room: a commit waits for the disk, and tests make
 * hundreds of databases. Tests kill processes but not the machine.
 */
export function memoryFolder(): string | undefined {
  try {
    accessSync(MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(MEMORY);
    return Math.min(bavail * bsize, process.availableMemory()) > ROOM_BYTES ? MEMORY : undefined;
  } catch {
    // Other systems have no such folder.
    return undefined;
  }
}
