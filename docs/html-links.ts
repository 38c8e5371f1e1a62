// Checks the links of the built pages, as a browser follows them.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ORIGIN = 'http://the-site';

export interface BuiltSite {
  readonly folder: string;
  /** The path of the site on its host, such as `/jobs/`. */
  readonly base: string;
}

/** The links of a page to pages, files and headings that the site does not have. */
export function brokenHtmlLinks(page: string, { folder, base }: BuiltSite): readonly string[] {
  const links = valuesOf(page, { folder, attribute: 'href' });
  return [...links].filter((link) => {
    const { origin, pathname, hash } = new URL(link, `${ORIGIN}${base}${page}`);
    if (origin !== ORIGIN) return false;
    if (!pathname.startsWith(base)) return true;
    const file = fileOf(decodeURI(pathname.slice(base.length)));
    if (!existsSync(join(folder, file))) return true;
    if (hash === '' || !file.endsWith('.html')) return false;
    return !valuesOf(file, { folder, attribute: 'id' }).has(decodeURIComponent(hash.slice(1)));
  });
}

/** The file that a server sends for a path without `.html`. */
function fileOf(path: string): string {
  if (path === '' || path.endsWith('/')) return `${path}index.html`;
  return /\.\w+$/.test(path) ? path : `${path}.html`;
}

interface ValuesOf {
  readonly folder: string;
  readonly attribute: 'href' | 'id';
}

const known = new Map<string, ReadonlySet<string>>();

function valuesOf(page: string, { folder, attribute }: ValuesOf): ReadonlySet<string> {
  const key = `${attribute} ${page}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const html = readFileSync(join(folder, page), 'utf8');
  const matches = html.matchAll(new RegExp(`\\s${attribute}="([^"]*)"`, 'g'));
  const values = new Set(Array.from(matches, ([, value = '']) => value.replaceAll('&amp;', '&')));
  known.set(key, values);
  return values;
}
