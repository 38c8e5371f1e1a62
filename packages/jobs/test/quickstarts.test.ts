import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { quickstarts, readQuickstart, shownFiles, withExamples } from '../../../scripts/quickstarts.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** Folders of `examples/` without a quickstart. */
const NO_PAGE = ['test', 'worker-and-api'];

/** Files that npm or Next.js write for the reader. */
const WRITTEN_BY_TOOLS = /^(package|package-lock)\.json$|^next-env\.d\.ts$/;

/** A page may show tests; docs/testing.md shows how to write them. */
const TESTS = /\.test\.ts$/;

const sourcesOf = (framework: string): readonly string[] =>
  globSync('**/*.{ts,json}', {
    cwd: join(ROOT, 'examples', framework),
    exclude: (name) => ['node_modules', 'dist', '.next'].includes(name),
  })
    .filter((file) => !WRITTEN_BY_TOOLS.test(file) && !TESTS.test(file))
    .filter((file) => !(framework === 'nextjs' && file === 'tsconfig.json'))
    .sort();

test('each example has a quickstart', () => {
  const folders = globSync('*/', { cwd: join(ROOT, 'examples') }).map((name) => name.replace('/', ''));
  const examples = folders.filter((name) => ![...NO_PAGE, 'node_modules'].includes(name));
  expect([...quickstarts()].sort()).toEqual(examples.sort());
});

test.each(quickstarts())(
  'the quickstart of %s shows the program of its example, and all of it',
  (framework) => {
    // If this fails: node scripts/quickstarts.ts
    expect(readQuickstart(framework)).toBe(withExamples(framework));
    const shown = shownFiles(framework).filter((file) => !TESTS.test(file));
    expect([...new Set(shown)].sort()).toEqual(sourcesOf(framework));
  },
);

test('the page of all quickstarts links to each', () => {
  const page = readFileSync(join(ROOT, 'docs/quickstart/index.md'), 'utf8');
  for (const framework of quickstarts()) expect(page).toContain(`](${framework}.md)`);
});
