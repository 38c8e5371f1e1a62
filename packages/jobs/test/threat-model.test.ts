import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const DOCS = fileURLToPath(new URL('../../../docs', import.meta.url));
const PAGES = ['threat-model.md', 'asvs.md'];
/** The page names itself and its own checks by other words. */
const OTHER_WORDS = new Set(['test', 'table of rights']);
const BOUNDARIES = 10;

interface Proof {
  readonly name: string;
  readonly file: string;
}

/** The links of a page to tests: `[name of the test](../path of its file)`. */
function proofsOf(page: string): readonly Proof[] {
  const text = readFileSync(join(DOCS, page), 'utf8');
  return Array.from(text.matchAll(/\[([^\]]+)\]\((\.\.\/[^)]+\.ts)\)/g), ([, name = '', file = '']) => ({
    name,
    file,
  })).filter(({ name }) => !OTHER_WORDS.has(name));
}

/** Whether a file has a test of this name. */
function hasTest({ name, file }: Proof): boolean {
  const path = join(DOCS, file);
  if (!existsSync(path)) return false;
  const source = readFileSync(path, 'utf8');
  return ["'", '"', '`'].some((quote) => source.includes(`${quote}${name}${quote}`));
}

test('each test that the threat model and the ASVS page link to exists under its name', () => {
  const proofs = PAGES.flatMap(proofsOf);
  expect(proofs.length).toBeGreaterThan(120);
  expect(proofs.filter((proof) => !hasTest(proof))).toEqual([]);
});

test('each boundary has a threat of each kind', () => {
  const sections = readFileSync(join(DOCS, 'threat-model.md'), 'utf8')
    .split(/^## /m)
    .filter((section) => section.includes('| proved by |'));
  expect(sections).toHaveLength(BOUNDARIES);
  for (const section of sections) {
    const kinds = Array.from(section.matchAll(/^\| ([STRIDE]) \|/gm), ([, kind]) => kind);
    expect([...new Set(kinds)], section.split('\n')[0]).toEqual([...'STRIDE']);
  }
});

test('the ASVS page judges each of the 253 requirements of level 2 once', () => {
  const rows = readFileSync(join(DOCS, 'asvs.md'), 'utf8').matchAll(/^\| (\d[\d., –]*) \|/gm);
  const numbers = Array.from(rows, ([, listed = '']) => listed.split(', ').flatMap(rangeOf)).flat();
  expect(numbers.filter((number, at) => numbers.indexOf(number) !== at)).toEqual([]);
  expect(numbers).toHaveLength(253);
});

/** `1.2.6–1.2.8` is `1.2.6`, `1.2.7` and `1.2.8`. */
function rangeOf(text: string): readonly string[] {
  const [first = '', last = first] = text.split('–');
  const section = first.slice(0, first.lastIndexOf('.') + 1);
  const from = Number(first.slice(section.length));
  const to = Number(last.slice(section.length));
  return Array.from({ length: to - from + 1 }, (_, n) => `${section}${from + n}`);
}
