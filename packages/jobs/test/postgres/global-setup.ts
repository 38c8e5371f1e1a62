import { readFile, stat, statfs } from 'node:fs/promises';
import type { TestProject } from 'vitest/node';
import { startPostgres } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /**
     * The superuser's URL of the server that all tests of a run share; each makes a database of its own
     * there, by `createDatabase`. Only a test file that says "postgres" somewhere, or lies in
     * `test/postgres/`, gets it: see `setup`.
     */
    readonly postgresUrl: string;
  }
}

/**
 * Starts one PostgreSQL for a whole run, when a file of the run needs it, and ends it after. With
 * `TEST_DATABASE_URL`, the superuser's URL of another server, tests use that one.
 */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env.TEST_DATABASE_URL;
  if (given !== undefined && given !== '') {
    project.provide('postgresUrl', given);
    return undefined;
  }
  if (!(await isNeeded(project))) return undefined;
  // No machine crashes in these tests, only processes: what they have written is there all the same.
  const memory = (await hasRoom(MEMORY)) ? { dataParent: MEMORY } : {};
  const server = await startPostgres({ settings: { fsync: 'off' }, ...memory });
  project.provide('postgresUrl', server.url);
  return () => server.stop();
}

/**
 * What lies there is in memory, on Linux. Tests make and remove databases by the hundred, each of them 300
 * files, and there are disks that take a millisecond for each.
 */
const MEMORY = '/dev/shm';
const ROOM_BYTES = 4 * 1024 ** 3;
const WRITABLE_BY_ALL = 0o002;

async function hasRoom(folder: string): Promise<boolean> {
  try {
    // For root the server is another user's.
    const { mode } = await stat(folder);
    const { bavail, bsize } = await statfs(folder);
    const isForAll = (mode & WRITABLE_BY_ALL) !== 0;
    return isForAll && Math.min(bavail * bsize, process.availableMemory()) > ROOM_BYTES;
  } catch {
    // There is none on other systems.
    return false;
  }
}

async function isNeeded({ vitest }: TestProject): Promise<boolean> {
  // Later runs may take other files, but the setup runs once.
  if (vitest.config.watch) return true;
  const files = vitest.state.getPaths();
  if (files.some((file) => file.includes('/test/postgres/'))) return true;
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return texts.some((text) => text.includes('postgres'));
}
