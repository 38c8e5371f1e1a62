// Links of a page to files of the repository that are no pages.
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import { MONITORING_FILES } from '../../scripts/monitoring-files.ts';

const DOCS = join(import.meta.dirname, '..');
const ROOT = join(DOCS, '..');

/**
 * A link to a file that the site has for download leads there. Others, such as ../compose.yaml, become text.
 */
export function useRepositoryLinks(markdown: MarkdownRenderer, base: string): void {
  const { rules } = markdown.renderer;
  const { link_open: open, link_close: close } = rules;
  let isText = false;
  rules.link_open = (tokens, at, options, env, self) => {
    const token = tokens[at];
    const href = token?.attrGet('href') ?? '';
    const target = join(env.path ?? DOCS, '..', href.split('#')[0] ?? '');
    const download = MONITORING_FILES.get(relative(ROOT, target));
    if (token !== undefined && download !== undefined) {
      token.attrs = [
        ['href', `${base}${download}`],
        ['download', ''],
      ];
      return self.renderToken(tokens, at, options);
    }
    isText = /^\.\.?\//.test(href) && !target.startsWith(DOCS) && existsSync(target);
    if (isText) return '';
    // The site has it as `index`, which a server sends for the folder.
    if (/^[^:]*\bREADME\.md\b/.test(href)) token?.attrSet('href', href.replace('README.md', 'index.md'));
    return open?.(tokens, at, options, env, self) ?? self.renderToken(tokens, at, options);
  };
  rules.link_close = (tokens, at, options, env, self) => {
    if (isText) {
      isText = false;
      return '';
    }
    return close?.(tokens, at, options, env, self) ?? self.renderToken(tokens, at, options);
  };
}
