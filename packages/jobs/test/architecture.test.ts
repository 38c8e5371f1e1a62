import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const SOURCES = fileURLToPath(new URL('../src', import.meta.url));
const PAGE = readFileSync(new URL('../../../docs/architecture.md', import.meta.url), 'utf8');
const FILES = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).map((path) =>
  path.replaceAll('\\', '/'),
);

/** One line of a path: a file, which may lack its first folders, and the function to look at. */
interface Step {
  readonly file: string;
  readonly name: string;
}

/** The steps in the code blocks of a section of docs/architecture.md. */
function stepsOf(heading: string): readonly Step[] {
  const [, section = ''] = new RegExp(`^## ${heading}\\n(.*?)(?=^## |$(?![\\s\\S]))`, 'ms').exec(PAGE) ?? [];
  const blocks = Array.from(section.matchAll(/^```\n(.*?)^```$/gms), ([, block = '']) => block);
  return blocks.flatMap((block) =>
    Array.from(block.matchAll(/^[ ═►]*([\w/-]+\.ts) +(#?\w+)/gm), ([, file = '', name = '']) => ({
      file,
      name,
    })),
  );
}

function filesNamed(file: string): readonly string[] {
  return FILES.filter((path) => path === file || path.endsWith(`/${file}`));
}

describe.each(['The path of one run, on SQLite', 'A claim on PostgreSQL'])('%s', (heading) => {
  test.each(stepsOf(heading))('$file has $name', ({ file, name }) => {
    const texts = filesNamed(file).map((path) => readFileSync(join(SOURCES, path), 'utf8'));
    expect(texts.filter((text) => new RegExp(`${name}\\b`).test(text))).not.toEqual([]);
  });
});

test('the path of one run has as many steps as the page says, and names no file more than twice', () => {
  const steps = stepsOf('The path of one run, on SQLite');
  expect(PAGE).toContain(`The path has ${steps.length} steps and names`);
  const files = Object.values(Object.groupBy(steps, ({ file }) => file));
  expect(files.filter((same = []) => same.length > 2)).toEqual([]);
});

test('the page has a row for each folder of the core', () => {
  const [, table = ''] = /^The folders of `core`:\n(.*?)^[^|\n]/ms.exec(PAGE) ?? [];
  const named = Array.from(table.matchAll(/^\| (`.*?) \|/gm), ([, cell = '']) => cell.match(/[\w-]+/g) ?? []);
  const folders = readdirSync(join(SOURCES, 'core'), { withFileTypes: true }).filter((one) =>
    one.isDirectory(),
  );
  expect(named.flat().sort()).toEqual(folders.map(({ name }) => name).sort());
});
