import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface Import {
  readonly specifier: string;
  readonly isType: boolean;
}

/** The paths of all sources of the repository without tests. */
export function sources(): readonly string[] {
  return ['packages', 'apps'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .map((path) => `${folder}/${path}`)
      .filter((path) => /^(packages|apps)\/[^/]+\/src\/.*\.tsx?$/.test(path))
      .filter((path) => !/\.(test|bench|d)\.tsx?$/.test(path)),
  );
}

/** Every file of the repository with imports: sources, tests, benchmarks, scripts. */
export function allFiles(): readonly string[] {
  return ['packages', 'apps', 'bench', 'scripts'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .map((path) => `${folder}/${path}`)
      .filter((path) => /\.(ts|tsx|mjs)$/.test(path) && !/\/(node_modules|dist|fixtures)\//.test(path)),
  );
}

export function readImports(file: string): readonly Import[] {
  return importsIn(readFileSync(join(ROOT, file), 'utf8'));
}

export function importsIn(source: string): readonly Import[] {
  const found = source.matchAll(
    /^\s*(?:import|export)\s+(type\s)?[^;'"]*?from\s+['"]([^'"]+)['"]|^\s*import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm,
  );
  return Array.from(found, ([, type, from, bare, dynamic]) => ({
    specifier: from ?? bare ?? dynamic ?? '',
    isType: type !== undefined,
  }));
}

/** One cycle for each file that is in one: paths from the file back to itself. Type imports count. */
export function cyclesAmong(files: ReadonlyMap<string, readonly Import[]>): readonly (readonly string[])[] {
  const done = new Set<string>();
  const cycles: string[][] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start !== -1) {
      cycles.push([...path.slice(start), file]);
      return;
    }
    if (done.has(file)) return;
    for (const { specifier } of files.get(file) ?? []) {
      const target = normalize(join(dirname(file), specifier));
      if (specifier.startsWith('.') && files.has(target)) visit(target, [...path, file]);
    }
    done.add(file);
  };
  for (const file of files.keys()) visit(file, []);
  return cycles;
}
