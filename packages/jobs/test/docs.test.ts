import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { headingSlug } from '../../../docs/.vitepress/heading-slug.ts';
import { REASONS } from '../src/core/model/run.ts';
import { scheduledJobRules } from '../src/engine/input/job-rules.ts';
import { jobsOptionRules } from '../src/engine/input/option-rules.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const DECISIONS = 'docs/decisions';
const MEASUREMENTS = 'docs/measurements';
const MOST_LINES = 60;

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const namesIn = (folder: string): readonly string[] => readdirSync(join(ROOT, folder)).sort();
const isPage = (name: string) => name.endsWith('.md') && name !== 'README.md';

/** The paths of all pages of the project. */
function allPages(): readonly string[] {
  // `npm run docs` puts packages and generated pages there, in `.ci/run` while this test runs.
  const generated = ['node_modules', 'reference', 'public', '.vitepress'];
  const pages = globSync('docs/**/*.md', { cwd: ROOT, exclude: (name) => generated.includes(name) });
  return [...namesIn('.').filter((name) => name.endsWith('.md')), ...pages];
}

const anchorOf = (heading: string) => headingSlug(heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1'));

/** Links of a page to a file or heading that does not exist. */
function brokenLinks(page: string): readonly string[] {
  const text = read(page).replaceAll(/^```.*?^```$/gms, '');
  const links = Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link);
  return links.filter((link) => {
    if (/^(https?|mailto):/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
    if (!existsSync(join(ROOT, target))) return true;
    if (anchor === undefined || !target.endsWith('.md')) return false;
    const headings = Array.from(read(target).matchAll(/^#+ (.+)$/gm), ([, heading = '']) => heading);
    return !headings.map(anchorOf).includes(anchor);
  });
}

test('each link of each page leads to a file, and to a heading in it', () => {
  const pages = allPages();
  expect(pages.length).toBeGreaterThan(50);
  expect(pages.flatMap((page) => brokenLinks(page).map((link) => `${page}: ${link}`))).toEqual([]);
});

test('each page that installs a package of this project says where to get it before the first release', () => {
  const pages = allPages().filter((page) => /^npm install .*@greenvue\//m.test(read(page)));
  expect(pages).toEqual(expect.arrayContaining(['docs/cli.md', 'docs/client.md', 'docs/console.md']));
  expect(pages.filter((page) => !read(page).includes('index.md#install-from-a-clone'))).toEqual([]);
});

test.each(namesIn(DECISIONS).filter(isPage))(
  'the decision %s has its number, context, choice and price, on one page',
  (name) => {
    const text = read(`${DECISIONS}/${name}`);
    expect(text).toMatch(new RegExp(`^# ${Number(name.slice(0, 4))}\\. \\S`));
    const headings = Array.from(text.matchAll(/^## (.+)$/gm), ([, heading = '']) => heading);
    expect(headings).toEqual(expect.arrayContaining(['Context', 'Choice', 'Price']));
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(MOST_LINES);
  },
);

test('each decision has a number of its own', () => {
  const numbers = namesIn(DECISIONS)
    .filter(isPage)
    .map((name) => name.slice(0, 4));
  expect(new Set(numbers).size).toBe(numbers.length);
});

test('the name of each measurement begins with its date', () => {
  const names = namesIn(MEASUREMENTS).filter(isPage);
  expect(names.filter((name) => !/^\d{4}-\d{2}-\d{2}-[a-z0-9-]+\.md$/.test(name))).toEqual([]);
});

test('docs/cli.md explains each reason of a run', () => {
  const rows = Object.entries(REASONS).flatMap(([status, reasons]) =>
    Object.keys(reasons).map((reason) => `| \`${status}: ${reason}\` |`),
  );
  expect(rows.filter((row) => !read('docs/cli.md').includes(row))).toEqual([]);
});

test('each program with a file name has this name in the paragraph above it, for readers on GitHub', () => {
  const unnamed = allPages().flatMap((page) =>
    Array.from(read(page).matchAll(/^```\w+ file=(\S+)\n/gm)).flatMap(({ 1: name = '', index }) => {
      const above = read(page).slice(0, index).trimEnd().split('\n\n').at(-1) ?? '';
      return above.includes(`\`${name}\``) ? [] : [`${page}: ${name}`];
    }),
  );
  expect(unnamed).toEqual([]);
});

test.each([
  ['schedule', scheduledJobRules],
  ['createJobs', jobsOptionRules],
])('docs/embedding.md has a row for each option of %s()', (name, { fields }) => {
  const heading = `## Options of \`${name}\``;
  const [, section = ''] = new RegExp(`^${heading}\\n(.*?)^## `, 'ms').exec(read('docs/embedding.md')) ?? [];
  const rows = Array.from(section.matchAll(/^\| `(\w+)` \|/gm), ([, row]) => row);
  expect(rows).toEqual(Object.keys(fields));
});

test.each([DECISIONS, MEASUREMENTS])('the list of %s links to each of its pages once', (folder) => {
  const links = Array.from(
    read(`${folder}/README.md`).matchAll(/^- .*\]\(([^)/]+)\)$/gm),
    ([, link]) => link,
  );
  expect(links.sort()).toEqual(namesIn(folder).filter(isPage));
});

test('the README is a front door of at most 150 lines', () => {
  expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150);
});

// Records such as the changelog name files that existed on their day.
test('each file that a page names exists', () => {
  const pages = allPages().filter((page) => !page.startsWith(`${MEASUREMENTS}/`) && page !== 'CHANGELOG.md');
  const named = pages.flatMap((page) =>
    Array.from(
      read(page).matchAll(/\b(?:packages|apps|bench|scripts|ops)\/[\w./-]+\.\w+\b/g),
      ([path]) => path,
    ),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('the first program on the home page is the one of docs/embedding.md, which is run', () => {
  const [program = 'none'] = /^import .*?(?=^```)/ms.exec(read('docs/index.md')) ?? [];
  expect(read('docs/embedding.md')).toContain(program);
});
