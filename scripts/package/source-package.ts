import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The fields of a package.json in the workspace that its published package.json is made from. */
export interface SourceManifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  /** From a subpath such as `./sqlite` to its source file. */
  readonly exports: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  /** Folders and patterns that are published as they are, beside the built code. */
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** A package of the workspace that is published. */
export interface SourcePackage {
  /** The name of its folder in `packages`. */
  readonly id: string;
  readonly folder: string;
  readonly manifest: SourceManifest;
}

/** All packages that are published: those without `"private": true`. */
export function sourcePackages(): readonly SourcePackage[] {
  return readdirSync(join(ROOT, 'packages'))
    .map((id) => sourcePackage(join(ROOT, 'packages', id)))
    .filter(({ manifest }) => manifest.private !== true);
}

function sourcePackage(folder: string): SourcePackage {
  const manifest: SourceManifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return { id: basename(folder), folder, manifest };
}

/** The source files that users import, by subpath: `.`, `./sqlite`. */
export function entryPoints({ manifest }: SourcePackage): ReadonlyMap<string, string> {
  return new Map(Object.entries(manifest.exports).filter(([, file]) => file.endsWith('.ts')));
}

/** `./src/stores/index.ts` → `stores/index`: the name of an output file without its extension. */
export function outputName(sourceFile: string): string {
  return sourceFile.replace(/^(\.\/)?src\//, '').replace(/\.ts$/, '');
}
