import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { expect, it, onTestFinished } from 'vitest';
import { runProgram } from './run-program.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const TYPES = `
  import { defineJobType } from '@greenvue/jobs';
  import { z } from 'zod';
  export const heavy = defineJobType({
    type: 'heavy', module: import.meta.url, isolation: 'thread', payload: z.strictObject({}), run: async () => 1,
  });`;

const program = (store: string) => `
  import { createJobs } from '@greenvue/jobs';
  import { heavy } from './types.ts';
  ${store}
  const jobs = createJobs({ store, types: [heavy] });
  await jobs.start().then(
    () => console.log('started'),
    (error) => console.log(error.message),
  );
  await jobs.stop();`;

const SQLITE = `
  import { sqlite } from '@greenvue/jobs/sqlite';
  const store = sqlite(':memory:');`;

/** The store has no threads, so the engine's are the first that can't start. */
const MEMORY = `
  import { createMemoryStore } from '@greenvue/jobs/testing';
  const store = createMemoryStore();`;

/** What a program prints that is bundled into one file, the packages included unless \`external\`. */
async function runBundled(source: string, external: readonly RegExp[] = []): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'greenvue-bundle-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(join(ROOT, '../../node_modules'), join(folder, 'node_modules'), 'dir');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'types.ts'), TYPES);
  writeFileSync(join(folder, 'main.ts'), source);
  await build({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: external.length === 0 ? true : [] },
    build: { ssr: 'main.ts', target: 'node22', rollupOptions: { external: [...external] } },
  });
  return runProgram(join(folder, 'dist/main.js'));
}

it.each([
  ['a SQLite store', SQLITE, 'writer-thread'],
  ['job types in threads', MEMORY, 'thread-entry'],
])(
  'a bundle with the package in it, and with %s, fails at its start and says what to do',
  async (_what, store, file) => {
    const said = await runBundled(program(store));
    expect(said).toMatch(new RegExp(`${file}\\S* does not exist, as a rule because a bundler left it out`));
    expect(said).toContain('--external:@greenvue/jobs');
  },
);

it('a bundle whose only file starts an engine fails at its start and says what to move', async () => {
  const said = await runBundled(program(SQLITE), [/^@greenvue\//, /^zod/]);
  expect(said).toContain("An engine can't start in the thread of a job");
  expect(said).toContain('make that file an entry point of its own');
});
