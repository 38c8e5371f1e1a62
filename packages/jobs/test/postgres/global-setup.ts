import { readFile } from 'node:fs/promises';
import type { TestProject } from 'vitest/node';
import { memoryFolder } from '../../../../scripts/memory-folder.ts';
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
  const dataParent = memoryFolder();
  const server = await startPostgres(dataParent === undefined ? {} : { dataParent });
  project.provide('postgresUrl', server.url);
  return () => server.stop();
}

async function isNeeded({ vitest }: TestProject): Promise<boolean> {
  // Later runs may take other files, but the setup runs once.
  if (vitest.config.watch) return true;
  const files = vitest.state.getPaths();
  if (files.some((file) => file.includes('/test/postgres/'))) return true;
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return texts.some((text) => text.includes('postgres'));
}
