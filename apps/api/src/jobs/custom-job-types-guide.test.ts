import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

const CATALOGUE = 'apps/api/src/jobs/catalogue.ts';

/** The code blocks of the guide by the file that they show. */
const shown = new Map(
  Array.from(
    read('docs/custom-job-types.md').matchAll(/^```ts file=(\S+)\n(.*?)^```$/gms),
    ([, path = '', code = '']) => [path, code],
  ),
);

/** The lines of a text that stand in another one, in the same order. */
function linesIn(text: string, whole: string): readonly string[] {
  const lines = whole.split('\n');
  return text.split('\n').filter((line) => {
    const at = lines.indexOf(line);
    if (at >= 0) lines.splice(0, at + 1);
    return at >= 0;
  });
}

test('the guide to custom job types shows its example as it is', () => {
  const path = 'apps/api/src/jobs/weekly-seller-digest.ts';
  expect(shown.get(path)).toBe(read(path));
});

test('the catalogue has all that the guide shows of it, and may have more job types', () => {
  const guide = shown.get(CATALOGUE) ?? '';
  expect(guide).toContain('weeklySellerDigest,');
  const catalogue = read(CATALOGUE);
  expect(linesIn(guide, catalogue).join('\n')).toBe(guide);
  const withAnother = catalogue
    .replace('import {', "import { anotherType } from './another-type.ts';\nimport {")
    .replace('] as const', '  anotherType,\n] as const');
  expect(linesIn(guide, withAnother).join('\n')).toBe(guide);
});
