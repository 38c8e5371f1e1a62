// Corrects the links in the built Markdown twins. In the source they are relative to the source file; here
// each gets its full path on the site. Links to files that are not on the site become text. VitePress gives
// the images of the HTML pages other names, so the twins get copies.
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { MONITORING_FILES } from '../scripts/monitoring-files.ts';

const DOCS = import.meta.dirname;
const SITE = join(DOCS, '..', 'dist', 'docs');
const BASE = process.env.DOCS_BASE ?? '/';
const LINK = /\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s:#]*)(#[^)\s]*)?\)/g;
const CODE = /^```.*?^```$/gms;

cpSync(join(DOCS, 'images'), join(SITE, 'images'), { recursive: true });
for (const file of readdirSync(SITE, { recursive: true, encoding: 'utf8' })) {
  if (!file.endsWith('.md')) continue;
  const path = join(SITE, file);
  writeFileSync(path, linked(readFileSync(path, 'utf8'), folderOfSource(file)));
}

/** The folder whose README.md or index.md, or whose page of the same name, has become this twin. */
function folderOfSource(twin: string): string {
  return existsSync(join(DOCS, twin)) ? dirname(join(DOCS, twin)) : join(DOCS, twin.replace(/\.md$/, ''));
}

function linked(text: string, folder: string): string {
  const blocks = text.match(CODE) ?? [];
  const parts = text.split(CODE).map((part) =>
    part.replaceAll(LINK, (whole, label: string, target: string, anchor = '') => {
      if (target === '' || target.startsWith('/')) return whole;
      const path = relative(DOCS, join(folder, target));
      const download = MONITORING_FILES.get(path.replace(/^\.\.\//, ''));
      if (download !== undefined) return `[${label}](${BASE}${download})`;
      if (path.startsWith('..')) return label;
      if (path.startsWith('images/')) return `[${label}](${BASE}${path})`;
      return path.endsWith('.md') ? `[${label}](${BASE}${twinOf(path)}${anchor})` : whole;
    }),
  );
  return parts.map((part, at) => part + (blocks[at] ?? '')).join('');
}

function twinOf(path: string): string {
  return path.replace(/(?<=.)\/(README|index)\.md$/, '.md');
}
