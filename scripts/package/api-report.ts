import { join } from 'node:path';
import { type Declaration, Declarations } from './declarations.ts';
import { LIB } from './published-manifest.ts';
import { entryPoints, outputName, type SourcePackage } from './source-package.ts';

/** The file that shows the public surface of a package. */
export function apiReportFile({ id, folder }: SourcePackage): string {
  return join(folder, 'etc', `${id}.api.md`);
}

/**
 * All that a package exports, from its built types in `built`: each declaration once, without comments, and
 * below them the types that these mention without exporting them.
 */
export function apiReport(source: SourcePackage, built: string): string {
  const { name } = source.manifest;
  const files = new Declarations();
  const shown = new Map<Declaration, string>();
  const sections = [...entryPoints(source)].map(([path, file]) => {
    const entry = path.replace(/^\./, name);
    const exported = files.exportsOf(join(built, LIB, `${outputName(file)}.d.ts`));
    const lines = [...exported].toSorted(byName).map(([as, declaration]) => {
      const first = shown.get(declaration);
      if (first !== undefined) return `export { ${as} } from '${first}';`;
      shown.set(declaration, entry);
      return exportText(declaration, as);
    });
    return section(`\`${entry}\``, lines);
  });
  const hidden = reachable([...shown.keys()]).filter((declaration) => !shown.has(declaration));
  const texts = hidden.map(({ text }) => text).toSorted();
  return [
    `# Public API of ${name}`,
    'Made by `npm run api-report` from the built types. Each change here is a change for users: see docs/versions.md.',
    ...sections,
    section('Mentioned above, but not exported', texts),
  ].join('\n\n');
}

function byName([a]: readonly [string, Declaration], [b]: readonly [string, Declaration]): number {
  return a < b ? -1 : 1;
}

function exportText({ name, text }: Declaration, as: string): string {
  return as === name ? `export ${text}` : `export ${text} // as ${as}`;
}

/** The declarations and all that they mention, directly or not. */
function reachable(from: readonly Declaration[]): readonly Declaration[] {
  const found = new Set(from);
  // A set that grows while it is read: each new declaration is visited, too.
  for (const { mentions } of found) for (const mentioned of mentions) found.add(mentioned);
  return [...found];
}

function section(title: string, lines: readonly string[]): string {
  return `## ${title}\n\n\`\`\`ts\n${lines.join('\n')}\n\`\`\`\n`;
}
