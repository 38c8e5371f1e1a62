import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OutputChunk, type RolldownOptions, rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { OLDEST_NODE } from './published-manifest.ts';
import { runTool } from './run-tool.ts';
import { entryPoints, outputName, ROOT, type SourcePackage } from './source-package.ts';

/** Files that keep their path: threads start by it, and `package-file.ts` finds other files by it. */
const BY_PATH = '**/{*-thread,thread-entry,package-file}.ts';

/** Bundles the code of a package into `out`. Returns the names of the packages that this code imports. */
export async function bundleCode(source: SourcePackage, out: string): Promise<ReadonlySet<string>> {
  const src = join(source.folder, 'src');
  const bundle = await rolldown({
    ...inputOf(source, [...commandFiles(source), ...filesByPath(src)]),
    platform: 'node',
    transform: { target: `node${OLDEST_NODE}` },
  });
  const { output } = await bundle.write({
    dir: out,
    format: 'esm',
    // Docstrings are in the types.
    comments: { jsdoc: false },
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
  });
  await bundle.close();
  const chunks = output.filter((file): file is OutputChunk => file.type === 'chunk');
  const own = new Set(chunks.map(({ fileName }) => fileName));
  const imported = chunks.flatMap(({ imports }) => imports.filter((id) => !own.has(id)));
  return new Set(imported.map(packageOf).filter((name) => name !== undefined));
}

/**
 * Bundles the types of all entry points into `out`: what they share is declared once, and what they don't
 * show is left out. TypeScript writes a file for each source file first, into a temporary folder.
 */
export async function bundleTypes(source: SourcePackage, out: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'greenvue-types-'));
  try {
    const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
    runTool([tsc, '-p', join(source.folder, 'tsconfig.build.json'), '--outDir', folder]);
    const names = [...entryPoints(source).values()].map(outputName);
    const bundle = await rolldown({
      input: Object.fromEntries(names.map((name) => [`${name}.d`, join(folder, `${name}.d.ts`)])),
      external: isExternal,
      plugins: [dts({ dtsOnly: true, generator: 'oxc', tsconfig: false })],
    });
    await bundle.write({ dir: out, format: 'esm', chunkFileNames: 'types/[name].ts' });
    await bundle.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function inputOf(source: SourcePackage, more: readonly string[]): RolldownOptions {
  const files = [...entryPoints(source).values(), ...more];
  return {
    cwd: source.folder,
    input: Object.fromEntries(files.map((file) => [outputName(file), join(source.folder, file)])),
    external: isExternal,
  };
}

function commandFiles({ manifest }: SourcePackage): readonly string[] {
  return Object.values(manifest.bin ?? {});
}

function filesByPath(src: string): readonly string[] {
  return globSync(BY_PATH, { cwd: src }).map((file) => `./src/${file}`);
}

function isExternal(id: string): boolean {
  return packageOf(id) !== undefined || id.startsWith('node:');
}

/** `@scope/name/path` → `@scope/name`; undefined for files and for modules of Node. */
function packageOf(id: string): string | undefined {
  if (/^([./\0]|node:)/.test(id)) return undefined;
  return id
    .split('/')
    .slice(0, id.startsWith('@') ? 2 : 1)
    .join('/');
}
