import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Plugin, rolldown } from 'rolldown';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Bundles by the source file of a thread, as URLs. Empty in the watch mode, where sources change. */
    readonly threadBundles: Readonly<Record<string, string>>;
  }
}

/**
 * The threads of the stores, which run no code of tests. Loading their hundred source files takes five times
 * as long as starting the thread, and tests start thousands.
 */
const THREADS = [
  'sqlite/threads/writer-thread',
  'sqlite/threads/reader-thread',
  'sqlite/file/integrity-thread',
  'postgres/membership/control-thread',
];
const STORES = new URL('../../packages/jobs/src/stores/', import.meta.url);

/** Bundles each thread into one file, once for the whole run. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (project.vitest.config.watch) {
    project.provide('threadBundles', {});
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), 'greenvue-threads-'));
  const bundles = await Promise.all(THREADS.map((name) => bundle(new URL(`${name}.ts`, STORES), folder)));
  project.provide('threadBundles', Object.fromEntries(bundles));
  return () => rm(folder, { recursive: true, force: true });
}

async function bundle(source: URL, folder: string): Promise<readonly [source: string, bundle: string]> {
  const file = join(folder, `${source.pathname.split('/').at(-1)}.mjs`);
  const built = await rolldown({ input: fileURLToPath(source), platform: 'node', plugins: [OWN_PLACES] });
  await built.write({ file, codeSplitting: false });
  await built.close();
  return [source.href, pathToFileURL(file).href];
}

/** A bundled module finds files, such as migrations, from the place of its source. */
const OWN_PLACES: Plugin = {
  name: 'own-places',
  transform: (code, id) =>
    code.includes('import.meta.url')
      ? code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href))
      : undefined,
};
