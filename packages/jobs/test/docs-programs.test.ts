import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const DOCS = join(ROOT, 'docs');

/** A name that the page has declared before, or leaves to the reader; and what follows from it. */
const OF_THE_PAGE = /error TS(2304|7006|7031):/;

/** The blocks of a page that import something of the library. */
const programsOf = (page: string): readonly string[] =>
  Array.from(
    readFileSync(join(DOCS, page), 'utf8').matchAll(/^```ts[^\n]*\n(.*?)^```$/gms),
    ([, text = '']) => text,
  )
    .filter((text) => /^import .* from '@greenvue\/jobs/m.test(text))
    // Files of GreenVue are compiled where they are.
    .filter((text) => !/from '\.\.?\//.test(text));

test('each program in the docs compiles', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(ROOT, 'packages', 'jobs', 'test', 'docs-programs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const pages = ['', 'migrating']
    .flatMap((folder) => readdirSync(join(DOCS, folder)).map((name) => join(folder, name)))
    .filter((name) => name.endsWith('.md'));
  const files = pages.flatMap((page) =>
    programsOf(page).map((text, n) => {
      const file = `${basename(page, '.md')}-${n + 1}.ts`;
      // A program is a module: what it declares is its own.
      writeFileSync(join(folder, file), `${text}\nexport {};\n`);
      return file;
    }),
  );
  expect(files.length).toBeGreaterThan(3);
  const options = { noUnusedLocals: false, noUnusedParameters: false, noEmit: true, types: ['node'] };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: options,
      include: ['*.ts'],
      exclude: [],
    }),
  );
  const tsc = spawnSync(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', folder], { encoding: 'utf8' });
  const errors = tsc.stdout.split('\n').filter((line) => line.includes(': error TS'));
  expect(errors.filter((line) => !OF_THE_PAGE.test(line))).toEqual([]);
});
