import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { sources } from './source-imports.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

// The tables of the engine and those of GreenVue may be in one database.
test('each advisory lock of the engine and of GreenVue has a number of its own', () => {
  const numbers = sources().flatMap((file) =>
    Array.from(
      readFileSync(join(ROOT, file), 'utf8').matchAll(/_(?:LOCKS?|CLASS) = ([\d_]+);/g),
      ([, number]) => number,
    ),
  );
  expect(numbers.length).toBeGreaterThan(4);
  expect(new Set(numbers).size).toBe(numbers.length);
});
