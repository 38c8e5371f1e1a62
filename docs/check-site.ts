// Checks the built site. For people: each link leads to a page, and to a heading in it. For programs that
// read Markdown: each page has a Markdown twin, and each link of llms.txt and of the twins leads to a twin or
// an image.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { MONITORING_FILES } from '../scripts/monitoring-files.ts';
import { brokenHtmlLinks } from './html-links.ts';

const SITE = join(import.meta.dirname, '..', 'dist', 'docs');
const BASE = process.env.DOCS_BASE ?? '/';
const LEAST_PAGES = 100;

const files = readdirSync(SITE, { recursive: true, encoding: 'utf8' });
const pages = files.filter((file) => file.endsWith('.html') && file !== '404.html');
const twins = files.filter((file) => file.endsWith('.md'));

/** The page `decisions/index.html` has the twin `decisions.md`; the home page has `index.md`. */
const twinOf = (page: string) => page.replace(/(?<=.)\/index\.html$/, '.html').replace(/\.html$/, '.md');

const linksIn = (text: string): readonly string[] =>
  Array.from(text.replaceAll(/^```.*?^```$/gms, '').matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link);

/** Links to other sites, headings of the same page and files of the repository have no twins. */
const isLinkToFile = (link: string) => /^[^:#]+\.(md|png|svg)(#|$)/.test(link);

function brokenLinks(file: string): readonly string[] {
  const links = linksIn(readFileSync(join(SITE, file), 'utf8')).filter(isLinkToFile);
  return links.filter((link) => {
    const [path = ''] = link.split('#');
    if (path.startsWith('/'))
      return !path.startsWith(BASE) || !existsSync(join(SITE, path.slice(BASE.length)));
    const target = join(SITE, dirname(file), path);
    // A file of the repository, such as ../CONTRIBUTING.md, is not on the site.
    return !relative(SITE, target).startsWith('..') && !existsSync(target);
  });
}

const faults = [
  ...pages.flatMap((page) =>
    brokenHtmlLinks(page, { folder: SITE, base: BASE }).map(
      (link) => `${page}: ${link} leads to no page or heading`,
    ),
  ),
  ...pages
    .filter((page) => !existsSync(join(SITE, twinOf(page))))
    .map((page) => `${page} has no Markdown twin`),
  ...['llms.txt', ...twins].flatMap((file) =>
    brokenLinks(file).map((link) => `${file}: ${link} leads to no page or image`),
  ),
];
for (const file of MONITORING_FILES.values())
  if (!existsSync(join(SITE, file))) faults.push(`the site has no ${file}`);
if (pages.length < LEAST_PAGES) faults.push(`the site has only ${pages.length} pages`);
const list = readFileSync(join(SITE, 'llms.txt'), 'utf8');
if (linksIn(list).length < LEAST_PAGES) faults.push('llms.txt does not list all pages');
if (list.includes('[Untitled]')) faults.push('llms.txt lists a page without a title');
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
