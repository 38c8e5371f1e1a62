import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

function rowsOfTables(): readonly string[] {
  const page = readFileSync(join(ROOT, 'docs/options-together.md'), 'utf8');
  return Array.from(page.matchAll(/^\| ([A-Z]\d+) \|/gm), ([, id = '']) => id);
}

/** The rows whose ids begin the name of a test, such as `'S7, K19: counts …'`. */
function rowsWithTest(): ReadonlySet<string> {
  const named = /['"`]([A-Z]\d+(?:, [A-Z]\d+)*): /g;
  return new Set(
    ['packages', 'apps'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter(
          (path) => /\.test\.tsx?$|\/test\/.*\.ts$/.test(path) && !/(^|\/)(node_modules|dist)\//.test(path),
        )
        .flatMap((path) => [...readFileSync(join(ROOT, folder, path), 'utf8').matchAll(named)])
        .flatMap(([, ids = '']) => ids.split(', ')),
    ),
  );
}

test('each row of the tables of options has a test whose name begins with its id', () => {
  const tested = rowsWithTest();
  const rows = rowsOfTables();
  expect(rows.length).toBeGreaterThan(150);
  expect(rows.filter((id) => !tested.has(id))).toEqual([]);
});
