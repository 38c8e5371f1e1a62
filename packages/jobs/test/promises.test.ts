import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Sections by number with their names, such as `Overlap` of `## P7 Overlap`. */
function sectionsOf(page: string, heading: RegExp): ReadonlyMap<string, string> {
  return new Map(Array.from(read(page).matchAll(heading), ([, number = '', name = '']) => [number, name]));
}

const PROMISES = sectionsOf('docs/promises.md', /^## P(\d+) (.+)$/gm);
const LESSONS = sectionsOf('docs/lessons.md', /^## (\d+)\. (.+)$/gm);

/** Code and tests, without this file. */
function sources(): readonly string[] {
  return ['packages', 'apps', 'bench', 'scripts'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .map((path) => `${folder}/${path}`)
      .filter((path) => /\.(m?[jt]s|tsx|sql)$/.test(path) && !/\/(node_modules|dist)\//.test(path))
      .filter((path) => !import.meta.url.endsWith(path)),
  );
}

/** Joins the lines of each comment. */
const joined = (source: string) => source.replaceAll(/\n\s*(\/\/|\*|--)/g, '').replaceAll(/\s+/g, ' ');

/** Citations of a promise or lesson (`P7`, `P7, overlap`) without a section, or with another name. */
function citationFaults(path: string, source: string): readonly string[] {
  const text = joined(source);
  const promises = Array.from(
    text.matchAll(/\bP(\d{1,2})\b(?:, ([a-z][^;:.)]*))?/g),
    ([all, number = '', name]) => {
      const section = PROMISES.get(number);
      const isRight =
        section !== undefined && (name ?? section).toLowerCase().startsWith(section.toLowerCase());
      return isRight ? undefined : all;
    },
  );
  const lessons = Array.from(text.matchAll(/\bLessons? (\d[^.]*)\./g)).flatMap(([, list = '']) =>
    list.split('; ').map((all) => {
      const [, number = '', name] = /^(\d+), (.*)$/.exec(all) ?? [];
      return LESSONS.get(number)?.toLowerCase() === name?.toLowerCase() ? undefined : all;
    }),
  );
  return [...promises, ...lessons].filter((fault) => fault !== undefined).map((fault) => `${path}: ${fault}`);
}

test('every promise and lesson that code or tests cite has a section of that name', () => {
  const files = sources();
  expect(files.length).toBeGreaterThan(500);
  expect(files.flatMap((path) => citationFaults(path, read(path)))).toEqual([]);
  expect(PROMISES.size).toBe(42);
  expect(LESSONS.size).toBe(22);
});

test('a citation without a section, or under another name, would be found', () => {
  expect(citationFaults('a.ts', '/** Not so (P99). */')).toEqual(['a.ts: P99']);
  expect(citationFaults('a.ts', '// Promises P7, overlap; P8, overlap.')).toEqual(['a.ts: P8, overlap']);
  expect(citationFaults('a.ts', '// Lessons 10, overlapping runs; 11, x.')).toEqual(['a.ts: 11, x']);
});

test('names of tests say the behavior, and no codes', () => {
  const name = /\b(?:it|test|describe)\b[^\n'"`]*\(\s*(['"`])(?:(?!\1)[^\n])*\b(?:P\d{1,2}|lesson \d+)\b/g;
  const tests = sources().filter((path) => /\.test\.tsx?$|\/test\//.test(path));
  const found = tests.flatMap((path) =>
    Array.from(read(path).matchAll(name), ([text]) => `${path}: ${text}`),
  );
  expect(found).toEqual([]);
});

test('each promise and each lesson links to its tests', () => {
  const parts = ['docs/promises.md', 'docs/lessons.md'].flatMap((page) =>
    read(page)
      .split(/^## (?=P?\d)/m)
      .slice(1),
  );
  expect(parts.filter((part) => !/\]\(\.\.\/[^)]*\/test\/|\.test\.ts\)/.test(part))).toEqual([]);
});
