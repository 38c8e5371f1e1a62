import { readFile } from 'node:fs/promises';
import type { TestProject } from 'vitest/node';
import { memoryFolder } from '../../../../scripts/memory-folder.ts';
import { startPostgres } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /**
     * The superuser's URL of the server that all tests of a run share; `createDatabase` makes a database for
     * each test file. Only files that contain "postgres" or are in `test/postgres/` get it: see `setup`.
     */
    readonly postgresUrl: string;
  }
}

/**
 * Starts one PostgreSQL for the whole run, if a file of the run needs it, and stops it afterwards.
 * `TEST_DATABASE_URL`, a superuser's URL, makes tests use another server.
 */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env.TEST_DATABASE_URL;
  if (given !== undefined && given !== '') {
    project.provide('postgresUrl', given);
    return undefined;
  }
  if (!(await isNeeded(project))) return undefined;
  const dataParent = memoryFolder();
  const server = await startPostgres(dataParent === undefined ? {} : { dataParent });
  project.provide('postgresUrl', server.url);
  return () => server.stop();
}

async function isNeeded({ vitest }: TestProject): Promise<boolean> {
  // The setup runs once, but later runs of the watch mode may take other files.
  if (vitest.config.watch) return true;
  const files = vitest.state.getPaths();
  if (files.some((file) => file.includes('/test/postgres/'))) return true;
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return texts.some((text) => /postgres|TestPostgres/.test(text));
}
