import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { compilePrograms } from './compile-programs.ts';

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
    .filter((text) => !/from '\.\.?\/(?!generated\/)/.test(text));

test('each program in the docs compiles', () => {
  const pages = ['', 'migrating']
    .flatMap((folder) => readdirSync(join(DOCS, folder)).map((name) => join(folder, name)))
    .filter((name) => name.endsWith('.md'));
  const programs = pages.flatMap((page) =>
    // A program is a module: what it declares is its own.
    programsOf(page).map(
      (text, n) => [`${basename(page, '.md')}-${n + 1}.ts`, `${text}\nexport {};\n`] as const,
    ),
  );
  expect(programs.length).toBeGreaterThan(3);
  const options = { noUnusedLocals: false, noUnusedParameters: false };
  const errors = compilePrograms(new Map(programs), options)
    .split('\n')
    .filter((line) => line.includes(': error TS'));
  expect(errors.filter((line) => !OF_THE_PAGE.test(line))).toEqual([]);
});
