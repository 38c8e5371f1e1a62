// Writes the programs of `examples/` into the pages of `docs/quickstart/`: `node scripts/quickstarts.ts`.
// A test fails while a page shows other code.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './package/source-package.ts';

const PAGES = join(ROOT, 'docs', 'quickstart');
const FENCE = /^(```\w+ file=(\S+)\n).*?^```$/gms;

/** The frameworks that have a page, by the name of their folder in `examples/`. */
export function quickstarts(): readonly string[] {
  return readdirSync(PAGES)
    .map((name) => name.replace(/\.md$/, ''))
    .filter((name) => name !== 'index');
}

export function readQuickstart(framework: string): string {
  return readFileSync(join(PAGES, `${framework}.md`), 'utf8');
}

/** The files of `examples/<framework>/` that its page shows. */
export function shownFiles(framework: string): readonly string[] {
  return Array.from(readQuickstart(framework).matchAll(FENCE), ([, , file = '']) => file);
}

/** The page of a framework, with each fence that names a file as this file is now. */
export function withExamples(framework: string): string {
  return readQuickstart(framework).replaceAll(FENCE, (fence, start: string, file: string) => {
    const path = join(ROOT, 'examples', framework, file);
    return existsSync(path) ? `${start}${readFileSync(path, 'utf8')}\`\`\`` : fence;
  });
}

if (import.meta.main) {
  for (const framework of quickstarts())
    writeFileSync(join(PAGES, `${framework}.md`), withExamples(framework));
}
